/**
 * The losses that PyTorch does not have, against their papers' formulas made of its operations, with
 * its autograd (beyond.py), on random numbers. LOSSGRAD_SEED repeats a run.
 */
import { autograd, F, type Tensor, tidy } from "lossgrad";
import { describe, expect, test } from "vitest";
import { Random } from "../support/random.js";
import { flatten, leafOf } from "../support/wire.js";
import { type BeyondCase, beyondCases, BEYOND } from "./beyond-cases.js";
import { liveTorch } from "./live.js";
import { pythonWithTorch } from "./process.js";

type Call = (...args: unknown[]) => Tensor;

interface Answer {
  readonly value: readonly number[];
  readonly gradients: readonly (readonly number[] | null)[];
  readonly mean: number | null;
}

const python = pythonWithTorch();
const seed = Number(process.env.LOSSGRAD_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** What differs, as words. */
function differences({ beyond, operands, behind, options, upstream }: BeyondCase, answer: Answer): string[] {
  const leaves = [...operands, ...Object.values(behind)].map((x) => leafOf(x, true));
  const each = Object.fromEntries(Object.keys(behind).map((word, i) => [word, leaves[operands.length + i]]));
  const numbers = Object.fromEntries(
    Object.entries(options).map(([word, x]) => [word, x === "-Infinity" ? -Infinity : x]),
  );
  const args = leaves.slice(0, operands.length);
  const call = (more: object): Tensor => (F[beyond] as Call)(...args, { ...each, ...numbers, ...more });
  const value = call({ reduction: "none" });
  const gradOutputs = leafOf(upstream, false);
  const gradients = autograd.grad(value, leaves, { gradOutputs, allowUnused: true });
  const found: string[] = [];
  const near = (word: string, own: readonly number[], theirs: readonly number[]): void => {
    own.forEach((x, i) => {
      // The formulas as they are written cancel where lossgrad's do not.
      if (Math.abs(x - theirs[i]) <= 2e-10 * (1 + Math.abs(theirs[i]))) return;
      found.push(`${word} ${i}: ${x} for ${theirs[i]}`);
    });
  };
  const listOf = (x: Tensor): number[] => flatten(x.tolist()) as number[];
  near("value", listOf(value), answer.value);
  if (answer.mean !== null) near("mean", [call({}).item()], [answer.mean]);
  answer.gradients.forEach((theirs, i) => {
    // Its authors' code has an exponent that depends on the target, which is 0 or 1 there.
    if (beyond === "asymmetricLoss" && i === 1) return;
    if (theirs) near(`gradient ${i}`, listOf(gradients[i]!), theirs);
  });
  return found;
}

describe.skipIf(python === null)(
  "losses beyond PyTorch, by its operations (skipped where no Python has torch)",
  () => {
    const live = liveTorch(python);

    test.each(BEYOND)(`%s, LOSSGRAD_SEED=${seed}`, async (name) => {
      const cases = beyondCases(name, new Random(seed));
      live.torch.ask(cases);
      const answers = (await live.torch.read()) as Answer[];
      const failures = cases.flatMap((given, i) =>
        tidy(() => differences(given, answers[i])).map((text) => `${JSON.stringify(given.options)} ${text}`),
      );
      expect(failures.slice(0, 5)).toEqual([]);
    });
  },
);
