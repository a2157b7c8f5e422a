/** Connectionist temporal classification against PyTorch itself: random sequences and lengths. */
import { autograd, F, tidy } from "lossgrad";
import { describe, expect, test } from "vitest";
import type { CTCOptions } from "../../src/nn/ctc.js";
import { expectClose } from "../support/close.js";
import { pathRounding } from "../support/ctc.js";
import { Random } from "../support/random.js";
import { encode, flatten, leafOf, type WireArray } from "../support/wire.js";
import { liveTorch } from "./live.js";
import { pythonWithTorch } from "./process.js";

const python = pythonWithTorch();
const CASES = 200;
const seed = Number(process.env.LOSSGRAD_SEED ?? 7);

interface CtcCase {
  readonly ctc: true;
  readonly logProbs: WireArray;
  readonly targets: WireArray;
  readonly inputLengths: number[];
  readonly targetLengths: number[];
  readonly options: CTCOptions;
  readonly upstream: WireArray;
}

interface Answer {
  readonly value: WireArray;
  readonly gradient: WireArray;
  readonly node: string;
}

/** Sequences of few classes, so that labels repeat, and of which some cannot be aligned. */
function ctcCase(random: Random): CtcCase {
  const isBatch = random.integer(0, 5) > 0;
  const [frames, classes, longest] = [random.integer(1, 12), random.integer(2, 6), random.integer(1, 6)];
  const sequences = isBatch ? random.integer(1, 5) : 1;
  const lengths = (least: number, most: number): number[] =>
    Array.from({ length: sequences }, () => random.integer(least, most));
  const blank = random.integer(0, classes - 1);
  const inputLengths = lengths(random.integer(0, 4) === 0 ? 0 : frames, frames);
  const targetLengths = lengths(random.integer(0, 4) === 0 ? 0 : 1, longest);
  const label = (): number => (blank + random.integer(1, classes - 1)) % classes;
  const isFlat = !isBatch || random.integer(0, 2) === 0;
  const count = isFlat ? targetLengths.reduce((a, b) => a + b, 0) : sequences * longest;
  const dtype = random.pick(["float32", "float64"] as const);
  const spread = random.pick([1, 5]);
  const rows = Array.from({ length: frames * sequences }, () => {
    const x = Array.from({ length: classes }, () => random.normal() * spread);
    const all = Math.log(x.reduce((sum, one) => sum + Math.exp(one), 0));
    return x.map((one) => one - all);
  });
  return {
    ctc: true,
    logProbs: encode(dtype, isBatch ? [frames, sequences, classes] : [frames, classes], rows.flat()),
    targets: encode("int64", isFlat ? [count] : [sequences, longest], Array.from({ length: count }, label)),
    inputLengths,
    targetLengths,
    options: {
      blank,
      reduction: random.pick(["none", "mean", "sum"] as const),
      zeroInfinity: random.integer(0, 2) === 0,
    },
    upstream: encode(
      "float64",
      [sequences],
      Array.from({ length: sequences }, () => random.normal()),
    ),
  };
}

function compare(given: CtcCase, answer: Answer): void {
  const { inputLengths, targetLengths, options } = given;
  const input = leafOf(given.logProbs, true);
  const value = F.ctcLoss(input, leafOf(given.targets, false), inputLengths, targetLengths, options);
  expectClose(value.detach(), leafOf(answer.value));
  expect(value.gradFn?.name).toBe(answer.node);
  const upstream = leafOf(given.upstream, false).to(value.dtype);
  const gradOutputs = options.reduction === "none" ? upstream.reshape([...value.shape]) : upstream.at(0);
  const [gradient] = autograd.grad(value, input, { gradOutputs });
  const largest = Math.max(...(flatten(upstream.abs().tolist()) as number[]));
  expectClose(gradient, leafOf(answer.gradient), largest * pathRounding(input));
}

describe.skipIf(python === null)("live against PyTorch (skipped where no Python has torch)", () => {
  const live = liveTorch(python);

  test(`CTC: ${CASES} cases, LOSSGRAD_SEED=${seed}`, async () => {
    const random = new Random(seed);
    const cases = Array.from({ length: CASES }, () => ctcCase(random));
    // A reduction takes one upstream gradient.
    const asked = cases.map((given) =>
      given.options.reduction === "none" ? given : { ...given, upstream: first(given.upstream) },
    );
    live.torch.ask(asked);
    const answers = (await live.torch.read()) as Answer[];
    const failures = cases.flatMap((given, i) => {
      try {
        tidy(() => {
          compare(given, answers[i]);
        });
        return [];
      } catch (error) {
        return [`case ${i}: ${(error as Error).message}\n${JSON.stringify(given).slice(0, 1000)}`];
      }
    });
    console.log(`CTC: ${CASES} cases compared with PyTorch`);
    expect(failures.slice(0, 3)).toEqual([]);
  });
});

function first(x: WireArray): WireArray {
  return { ...x, shape: [], bytes: x.bytes.slice(0, 16) };
}
