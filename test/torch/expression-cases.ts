/** Random small programs of tensor operations; see test/support/expression-case.ts. */
import type { Argument, ExpressionCase, Leaf, Step, StepOptions } from "../support/expression-case.js";
import { encode } from "../support/wire.js";
import type { DType } from "lossgrad";
import type { Random } from "../support/random.js";
import { product, shape } from "./shapes.js";
import type { FLOATS } from "./values.js";
import { INTEGERS, floats, integers, isFloat, onGrid } from "./values.js";

const BINARY = ["add", "sub", "mul", "div", "maximum", "minimum"] as const;
const UNARY = ["neg", "abs", "sign", "square", "sqrt", "relu", "clamp", "pow"] as const;
const COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
const NUMBERS = [0.1, 2, -1, 0.5, 3, -0.7, 1];
const ALPHAS = [1, -1, 2, 0.5, -2, 0.3, -1.7];

export function expressionCase(random: Random): ExpressionCase {
  return random.chance(0.3) ? gridCase(random) : denseCase(random);
}

/**
 * Elementwise operations on one shape and any values: bit for bit, up to a sum or mean at the end.
 */
function denseCase(random: Random): ExpressionCase {
  const kind = random.weighted({
    float32: 35,
    float64: 20,
    float16: 10,
    bfloat16: 10,
    mixed: 15,
    integers: 10,
  });
  const sizes = shape(random);
  const leaves = Array.from({ length: random.integer(1, 3) }, () => {
    const dtype =
      kind === "mixed"
        ? random.pick(["float32", "float64", "int32", "uint8"] as const)
        : kind === "integers"
          ? random.pick(INTEGERS)
          : kind;
    return leaf(random, dtype, sizes);
  });
  const program: Step[] = [];
  const uses = leaves.map(() => 0);
  const count = random.integer(1, 4);
  for (let i = 0; i < count; i++) {
    program.push(denseStep(random, kind, uses));
    uses.push(0);
  }
  if (random.chance(0.15)) program.push(reduction(random, uses.length - 1, sizes));
  else if (random.chance(0.1))
    program.push([random.pick(COMPARISONS), [uses.length - 1, register(random, uses)], {}]);
  else if (isFloat(kind as DType) && random.chance(0.5)) {
    const upstream = encode(kind as DType, sizes, floats(random, kind as "float32", product(sizes)));
    return { leaves, program, upstream };
  }
  return { leaves, program };
}

function denseStep(random: Random, kind: string, uses: number[]): Step {
  const integral = kind === "integers" || kind === "mixed";
  const names = [...BINARY, ...BINARY, ...UNARY].filter(
    (name) => !(integral && (name === "sqrt" || name === "pow")),
  );
  const name = random.pick(names);
  const first = register(random, uses);
  if (name === "clamp") return [name, [first], limits(random, integral)];
  if (name === "pow") return [name, [first, { number: random.pick([1, 2, 3]) }], {}];
  if ((UNARY as readonly string[]).includes(name)) return [name, [first], {}];
  const options =
    (name === "add" || name === "sub") && random.chance(0.3)
      ? { alpha: random.pick(integral ? [1, 2] : ALPHAS) }
      : {};
  const takesNumber = name !== "maximum" && name !== "minimum" && options.alpha === undefined;
  return [
    name,
    [
      first,
      takesNumber && random.chance(0.25)
        ? { number: random.pick(integral ? [2, 3, 1] : NUMBERS) }
        : register(random, uses),
    ],
    options,
  ];
}

/**
 * A register used at most once before, preferably the latest: so a gradient is a sum of two at
 * most, in either order.
 */
function register(random: Random, uses: number[]): number {
  const free = uses.flatMap((used, i) => (used < 2 ? [i] : []));
  const chosen = random.chance(0.6) ? free[free.length - 1] : random.pick(free);
  uses[chosen] += 1;
  return chosen;
}

function limits(random: Random, integral: boolean): StepOptions {
  // Bounds that some elements equal, where the gradient is that of what lies beyond.
  const grid = random.chance(0.5);
  const bounds: StepOptions = integral || grid ? { min: 0, max: integral ? 5 : 1 } : { min: -0.5, max: 0.75 };
  return random.pick([bounds, { min: bounds.min }, { max: bounds.max }]);
}

function leaf(random: Random, dtype: DType, sizes: number[]): Leaf {
  const count = product(sizes);
  const numbers = isFloat(dtype) ? floats(random, dtype, count) : integers(random, dtype, count);
  return { ...encode(dtype, sizes, numbers), requires: isFloat(dtype) && random.chance(0.7) };
}

function reduction(random: Random, from: number, sizes: readonly number[]): Step {
  const sums = ["sum", "mean", "nansum"] as const;
  // No elements have no largest one; the error names the dimension as it was written, which ours
  // does not.
  const name = random.pick(sizes.includes(0) ? sums : ([...sums, "amax", "amin"] as const));
  if (sizes.length === 0 || random.chance(0.4)) return [name, [from], {}];
  const all = sizes.map((_, i) => (random.chance(0.5) ? i : i - sizes.length));
  const dim = random.chance(0.5) ? random.pick(all) : all.filter(() => random.chance(0.6));
  // torch reads an empty list as all dimensions.
  return [
    name,
    [from],
    { dim: Array.isArray(dim) && dim.length === 0 ? [all[0]] : dim, keepdim: random.chance(0.5) },
  ];
}

/**
 * Broadcasting, matmul and sums within the program, on numbers so round that nothing is rounded.
 */
function gridCase(random: Random): ExpressionCase {
  const dtype = random.pick(["float32", "float64"] as const);
  if (random.chance(0.35)) return matmulCase(random, dtype);
  const full = Array.from({ length: random.integer(1, 3) }, () => random.integer(1, 5));
  const leaves = Array.from({ length: random.integer(2, 3) }, (_, i) => {
    const sizes = full
      .map((size) => (i > 0 && random.chance(0.4) ? 1 : size))
      .slice(i > 0 && random.chance(0.3) ? 1 : 0);
    return gridLeaf(random, dtype, sizes);
  });
  const program: Step[] = [];
  const registers: Argument[] = leaves.map((_, i) => i);
  for (let i = random.integer(1, 3); i > 0; i--) {
    const name = random.pick(["add", "sub", "mul", "maximum", "minimum", "square", "relu", "abs"] as const);
    const latest = registers[registers.length - 1];
    const single = name === "square" || name === "relu" || name === "abs";
    program.push([name, single ? [latest] : [latest, random.pick(registers)], {}]);
    registers.push(registers.length);
  }
  return { leaves, program: [...program, ["sum", [registers.length - 1], {}]], grid: true };
}

function matmulCase(random: Random, dtype: "float32" | "float64"): ExpressionCase {
  const [m, k, n] = [random.integer(0, 9), random.integer(0, 20), random.integer(0, 9)];
  const leaves = [
    gridLeaf(random, dtype, [m, k]),
    gridLeaf(random, dtype, [k, n]),
    gridLeaf(random, dtype, [n]),
  ];
  const program: Step[] = [[random.pick(["matmul", "mm"] as const), [0, 1], {}]];
  if (random.chance(0.5))
    program.push(["add", [3, 2], {}], [random.pick(["relu", "abs", "neg"] as const), [4], {}]);
  return { leaves, program, grid: true };
}

function gridLeaf(random: Random, dtype: (typeof FLOATS)[number], sizes: number[]): Leaf {
  const numbers = Array.from({ length: product(sizes) }, () => onGrid(random));
  return { ...encode(dtype, sizes, numbers), requires: random.chance(0.8) };
}
