/**
 * Second derivatives of every loss against PyTorch's autograd (second_derivatives.py): each block of
 * the Hessian, times a vector, and the derivative by the upstream gradient. LOSSGRAD_SEED repeats a
 * run.
 */
import { autograd, F, type Tensor, tidy } from "lossgrad";
import { describe, expect, test } from "vitest";
import { Random } from "../support/random.js";
import { encode, flatten, leafOf, type WireArray } from "../support/wire.js";
import { BEYOND } from "./beyond-cases.js";
import { liveTorch } from "./live.js";
import { pythonWithTorch } from "./process.js";
import { SECOND_NAMES, type SecondCase, secondCases, type SecondName } from "./second-cases.js";

/** A block of the Hessian times a vector; null of what is constant. */
type Block = readonly (number | string)[] | { readonly refused: string } | null;
type Call = (...args: unknown[]) => Tensor;

const python = pythonWithTorch();
const seed = Number(process.env.LOSSGRAD_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Those that PyTorch has no second derivative of, and lossgrad does; FEATURES.md says so. */
const FURTHER: readonly SecondName[] = ["multiMarginLoss", "multilabelMarginLoss"];

/** A case here: its leaves, its value and, for each leaf, the vector that its gradient is multiplied by. */
function evaluated(given: SecondCase): { leaves: Tensor[]; value: Tensor } {
  const operands = given.operands.map((x) => leafOf(x, x.requires));
  const read = ([word, x]: [string, unknown]): [string, unknown] => [
    word,
    x === "inf" ? Infinity : x === "-Infinity" ? -Infinity : x,
  ];
  const behind = Object.entries(given.behind).map(([word, x]) => [word, leafOf(x, true)] as const);
  const constants = Object.entries(given.constants).map(([word, x]) => [word, leafOf(x)]);
  const options = Object.fromEntries([
    ...Object.entries(given.options).map(read),
    ...behind,
    ...constants,
  ]) as object;
  const value = (F[given.second as SecondName] as Call)(...operands, options);
  const leaves = [...operands, ...behind.map(([, x]) => x)].filter(({ requiresGrad }) => requiresGrad);
  return { leaves, value };
}

/** Numbers that a result or a gradient is multiplied by. */
const vectorFor = (x: Tensor, random: Random): WireArray =>
  encode(
    "float64",
    [...x.shape],
    Array.from({ length: x.numel() }, () => random.normal()),
  );

interface Asked extends SecondCase {
  readonly upstream: WireArray;
  readonly directions: readonly WireArray[];
}

function withVectors(given: SecondCase, random: Random): Asked {
  return tidy(() => {
    const { leaves, value } = evaluated(given);
    const directions = leaves.map((leaf) => vectorFor(leaf, random));
    return { ...given, upstream: vectorFor(value, random), directions };
  });
}

function blocksOf(given: Asked): Block[][] {
  const { leaves, value } = evaluated(given);
  const upstream = leafOf(given.upstream, true);
  const gradients = autograd.grad(value, leaves, {
    gradOutputs: upstream,
    createGraph: true,
    allowUnused: true,
  });
  return gradients.map((gradient, i) =>
    [...leaves, upstream].map((by) => blockOf(gradient, by, leafOf(given.directions[i]))),
  );
}

function blockOf(gradient: Tensor | null, by: Tensor, direction: Tensor): Block {
  if (!gradient?.requiresGrad) return null;
  try {
    const options = { gradOutputs: direction, retainGraph: true, allowUnused: true };
    const [found] = autograd.grad(gradient, by, options);
    return found && (flatten(found.tolist()) as number[]);
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** What differs, as words. */
function differences(given: Asked, answer: readonly Block[][]): string[] {
  return blocksOf(given).flatMap((row, i) =>
    row.flatMap((block, j) => {
      const found = apart(given.second as SecondName, block, answer[i][j]);
      return found === null ? [] : [`gradient ${i} by ${j}: ${found}`];
    }),
  );
}

const refusalOf = (block: Block): string | undefined => (block as { refused?: string } | null)?.refused;

function apart(name: SecondName, block: Block, theirs: Block): string | null {
  const [own, other] = [refusalOf(block), refusalOf(theirs)];
  if (other !== undefined && own === undefined) {
    return FURTHER.includes(name) ? null : `a value, where PyTorch says ${other}`;
  }
  if (own !== undefined) return own === other ? null : `${own} for ${other ?? "a value"}`;
  const [numbers, expected] = [block, theirs].map((x) => (x as (number | string)[] | null) ?? []);
  // What is null is 0.
  const count = Math.max(numbers.length, expected.length);
  const pairs = Array.from({ length: count }, (_, k): [number, number] => [
    Number(numbers[k] ?? 0),
    Number(String(expected[k] ?? 0).replace("inf", "Infinity")),
  ]);
  const largest = Math.max(1, ...pairs.map(([, y]) => Math.abs(y)).filter(Number.isFinite));
  // Autograd makes NaN of 0 times infinity in a paper's formula: of a power of 0 to the 0th, above all.
  const isBeyond = (BEYOND as readonly string[]).includes(name);
  const isNear = (x: number, y: number): boolean =>
    Object.is(x, y) ||
    x === y ||
    Math.abs(x - y) <= 1e-9 * largest ||
    (isBeyond && Number.isNaN(y) && Number.isFinite(x));
  const wrong = pairs.find(([x, y]) => !isNear(x, y));
  return wrong ? `${wrong[0]} for ${wrong[1]}` : null;
}

describe.skipIf(python === null)("second derivatives, live against PyTorch (skipped without torch)", () => {
  const live = liveTorch(python);

  test.each(SECOND_NAMES)(`%s, LOSSGRAD_SEED=${seed}`, async (name) => {
    const random = new Random(seed);
    const cases = secondCases(name, random).map((given) => withVectors(given, random));
    live.torch.ask(cases);
    const answers = (await live.torch.read()) as Block[][][];
    const failures = cases.flatMap((given, i) =>
      tidy(() => differences(given, answers[i])).map((text) => `${JSON.stringify(given.options)} ${text}`),
    );
    expect(failures.slice(0, 8)).toEqual([]);
  });
});
