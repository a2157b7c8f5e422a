/** A call of a loss by its form for typed arrays, and what PyTorch says of it. */
import { tensor } from "lossgrad";
import type { DType } from "lossgrad";
import { ARRAY_LOSSES, operandAt, rounded } from "./arrays.js";
import type { Home, Options } from "./arrays.js";
import { differences } from "./compare.js";
import type { LossAnswer, LossCase } from "./loss-case.js";
import type { Loss } from "./losses.js";
import { leafOf } from "./wire.js";
import type { Expected, WireArray } from "./wire.js";
import { parameterOf } from "./losses.js";

const FLOATS: readonly DType[] = ["float16", "bfloat16", "float32", "float64"];
/** In the memory of the tensors and elsewhere, and a mixture. */
const HOMES: readonly (readonly [Home, Home])[] = [
  ["foreign", "foreign"],
  ["in place", "in place"],
  ["shared", "in place"],
];

/**
 * Whether arrays have such a call: operands of one shape, one of them floating, nothing complex and
 * no bools.
 */
export function isArrayCase({ input, target, weight }: LossCase, answer: LossAnswer): boolean {
  const operands = [input, target, ...(weight ? [weight] : [])];
  const plain = operands.every(
    ({ expand, dtype }) => !expand && dtype !== "bool" && !dtype.startsWith("complex"),
  );
  const floating = FLOATS.includes(input.dtype) || FLOATS.includes(target.dtype);
  return "value" in answer && plain && floating && input.shape.join() === target.shape.join();
}

/**
 * Runs the case on arrays, in several places; what differs from the answer, in words. Nothing for a
 * case that arrays do not have.
 */
export function checkArrayCase(asked: LossCase, answer: LossAnswer): string[] {
  if (!isArrayCase(asked, answer) || !("value" in answer)) return [];
  return HOMES.flatMap(([first, second]) => {
    const found = run(asked, answer.value, answer.gradients.input, first, second);
    return found.map((difference) => `arrays ${first} and ${second}: ${difference}`);
  });
}

function run(
  { loss, reduction, parameter, input, target, weight, upstream }: LossCase,
  value: Expected,
  gradient: Expected | undefined,
  first: Home,
  second: Home,
): string[] {
  const name = `${loss}Loss` satisfies Loss;
  const at = (home: Home, wire: WireArray) => operandAt(home, leafOf(wire));
  const options: Options = { reduction, ...parameterOf(name, parameter) };
  if (weight) options.weight = at(second, weight);
  const [prediction, other] = [at(first, input), at(second, target)];
  const found = check("value", ARRAY_LOSSES[name](prediction, other, options), value);
  // Arrays have the upstream gradient 1.
  if (gradient === undefined || upstream !== undefined) return found;
  const both = ARRAY_LOSSES[name].valueAndGrad(prediction, other, options);
  return [
    ...found,
    ...check("value with gradient", both.value, value),
    ...check("gradient", both.grad, gradient),
  ];
}

/** A number must round to the expected one, an array have its bits. */
function check(what: string, found: unknown, expected: Expected): string[] {
  const { dtype, shape } = expected;
  const made =
    typeof found === "number"
      ? tensor(rounded(dtype, found), { dtype })
      : tensor(found as Float32Array, { dtype: bitsOf(found, dtype) }).reshape(shape);
  return differences(what, made, expected);
}

/** Bits say what they are, and so must the test; any other array has a dtype of its own. */
function bitsOf(found: unknown, dtype: DType): DType | undefined {
  return found instanceof Uint16Array ? dtype : undefined;
}
