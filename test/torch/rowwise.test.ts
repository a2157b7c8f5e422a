/**
 * Random cases of the losses of rows of classes, here and in PyTorch. LOSSGRAD_SEED repeats a run.
 * exp and log differ by a unit or two from PyTorch's, and PyTorch rounds halves after each step, so
 * that results may differ by some units of the largest number that has a part in them.
 */
import { autograd, F, tidy } from "lossgrad";
import { describe, expect, test } from "vitest";
import { rowwiseLosses, type RowwiseLossName } from "../../src/loss/rowwise.js";
import { Random } from "../support/random.js";
import { encode, flatten, leafOf, type WireArray } from "../support/wire.js";
import { FLOATS, type FloatType } from "./values.js";
import { liveTorch } from "./live.js";
import { pythonWithTorch } from "./process.js";

const python = pythonWithTorch();
const seed = Number(process.env.LOSSGRAD_SEED ?? Math.floor(Math.random() * 2 ** 31));
const CASES = 1200;
const EPSILON: Record<FloatType, number> = {
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
  float32: 2 ** -23,
  float64: 2 ** -52,
};

interface RowCase {
  readonly rowwise: RowwiseLossName;
  readonly input: WireArray;
  readonly target: WireArray;
  readonly weight: WireArray | null;
  readonly upstream: WireArray;
  readonly options: { reduction: "none" | "mean" | "sum"; ignoreIndex?: number; labelSmoothing?: number };
  /** Whether a number of the input is not finite. */
  readonly special: boolean;
  /** Whether a row is ignored. */
  readonly ignores: boolean;
}
interface Answer {
  readonly refused?: string;
  readonly dtype: FloatType;
  readonly value: (number | string)[];
  readonly gradient: (number | string)[];
  readonly node: string;
}

function rowCase(random: Random): RowCase {
  const rowwise = random.pick(Object.keys(rowwiseLosses) as RowwiseLossName[]);
  const { takesProbabilities } = rowwiseLosses[rowwise];
  const size = random.pick([1, 2, 3, 5, 10, 17, 40, 130]);
  const spatial = random.pick([[], [], [], [3], [2, 5], [2, 3, 2]]);
  const alone = spatial.length === 0 && random.chance(0.15);
  const rows = alone ? [] : [random.integer(0, 5), ...spatial];
  const shape = alone ? [size] : [rows[0], size, ...spatial];
  const count = (sizes: readonly number[]): number => sizes.reduce((n, d) => n * d, 1);
  const dtype = random.pick(FLOATS);
  const dense = takesProbabilities && random.chance(0.3);
  const scale = random.pick([1, 3, 30, 1000]);
  const special = random.chance(0.1) && count(shape) > 0;
  const values = Array.from({ length: count(shape) }, () => random.normal() * scale);
  if (special) values[random.integer(0, values.length - 1)] = random.pick([NaN, Infinity, -Infinity]);
  const ignored = random.pick([undefined, 0, 1, 255]);
  const isIgnored = Array.from({ length: count(rows) }, () => random.chance(0.15));
  const classes = isIgnored.map((left) => (left ? (ignored ?? -100) : random.integer(0, size - 1)));
  const reduction = random.pick(["none", "mean", "sum"] as const);
  const ignoreIndex = ignored === undefined || dense ? {} : { ignoreIndex: ignored };
  const smooths = takesProbabilities && random.chance(0.4);
  const labelSmoothing = smooths ? { labelSmoothing: random.pick([0.125, 0.5, 1, -1]) } : {};
  const positive = (n: number): number[] => Array.from({ length: n }, () => Math.abs(random.normal()));
  const results = reduction === "none" ? count(rows) : 1;
  return {
    rowwise,
    input: encode(dtype, shape, values),
    target: dense ? encode(dtype, shape, positive(count(shape))) : encode("int64", rows, classes),
    weight: random.chance(0.4) ? encode(dtype, [size], positive(size)) : null,
    upstream: encode(
      dtype,
      [results],
      Array.from({ length: results }, () => random.pick([1, 1, 0.5, -3])),
    ),
    options: { reduction, ...ignoreIndex, ...labelSmoothing },
    special,
    ignores: classes.some((value) => value === (ignored ?? -100)) && !dense,
  };
}

/** What differs, as words. */
function differences(given: RowCase, answer: Answer): string[] {
  const { rowwise, options, special, ignores } = given;
  const [input, target] = [leafOf(given.input, true), leafOf(given.target, false)];
  const weight = given.weight && leafOf(given.weight, false);
  const result = F[rowwise](input, target, { ...options, weight });
  const upstream = leafOf(given.upstream, false)
    .to(result.dtype)
    .reshape([...result.shape]);
  const [gradient] = autograd.grad(result, input, { gradOutputs: upstream });
  const numbers = flatten(input.tolist()) as number[];
  const factors = weight ? (flatten(weight.tolist()) as number[]) : [1];
  const largest = (of: readonly number[]): number => Math.max(1, ...of.filter(Number.isFinite).map(Math.abs));
  const epsilon = EPSILON[given.input.dtype as FloatType];
  const count = options.reduction === "sum" ? Math.max(numbers.length, 1) : 1;
  // Probabilities are not made to add up to 1 here.
  const mass = given.target.dtype === "int64" ? 1 : input.shape[input.ndim < 2 ? 0 : 1];
  const size = largest(numbers) * largest(factors) * 3 * mass;
  const found: string[] = [];
  if (result.dtype !== answer.dtype) found.push(`dtype ${result.dtype} for ${answer.dtype}`);
  if (result.gradFn?.name !== answer.node) found.push(`${result.gradFn?.name} for ${answer.node}`);
  const near = (word: string, own: number[], theirs: (number | string)[], most: number): void => {
    own.forEach((value, i) => {
      const expected = Number(String(theirs[i]).replace("inf", "Infinity"));
      if (Object.is(value, expected) || value === expected) return;
      // A row that is ignored has no gradient here, NaN in it or not.
      if (word === "gradient" && special && ignores && Number.isNaN(expected) && value === 0) return;
      // Halves overflow in PyTorch's steps.
      if (!Number.isFinite(expected) && given.input.dtype === "float16") return;
      if (!(Math.abs(value - expected) <= most)) found.push(`${word} ${i}: ${value} for ${expected}`);
    });
  };
  near("value", flatten(result.tolist()) as number[], answer.value, 16 * epsilon * size * count);
  near(
    "gradient",
    flatten(gradient!.tolist()) as number[],
    answer.gradient,
    16 * epsilon * Math.min(size, 150),
  );
  return found;
}

describe.skipIf(python === null)("live against PyTorch (skipped where no Python has torch)", () => {
  const live = liveTorch(python);

  test(`losses of rows of classes: ${CASES} cases, LOSSGRAD_SEED=${seed}`, async () => {
    const random = new Random(seed);
    const cases = Array.from({ length: CASES }, () => rowCase(random));
    live.torch.ask(cases);
    const answers = (await live.torch.read()) as Answer[];
    const failures = cases.flatMap((given, i) => {
      if (answers[i].refused !== undefined) return [];
      const { rowwise, options, input } = given;
      const about = `case ${i}: ${rowwise} of ${input.dtype} [${input.shape.join()}], ${JSON.stringify(options)}`;
      return tidy(() => differences(given, answers[i])).map((difference) => `${about}: ${difference}`);
    });
    const refused = answers.filter((answer) => answer.refused !== undefined).length;
    console.log(`losses of rows of classes: ${CASES - refused} of ${CASES} cases compared with PyTorch`);
    expect(failures.slice(0, 10)).toEqual([]);
    expect(refused).toBeLessThan(CASES / 2);
  });
});
