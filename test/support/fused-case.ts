/**
 * A random formula as data, called through fuse and held against torch's answer and what rounding
 * allows around it.
 */
import { fuse, tidy } from "lossgrad";
import type { Tensor } from "lossgrad";
import type { FormulaCase, FormulaStep } from "./formula-case.js";
import { flatten, leafOf, numbersOf } from "./wire.js";
import type { Scalar, WireArray } from "./wire.js";
import { callOf, type Formula } from "./losses.js";

export interface FusedCase {
  /** By its steps; or the name of a loss of the table of formulas. */
  readonly formula?: { readonly steps: readonly FormulaStep[] };
  readonly formulaLoss?: Formula;
  /** Of the loss: options, optional operands behind the others, what a weighted mean divides by. */
  readonly options?: Readonly<Record<string, number | boolean>>;
  readonly present?: readonly string[];
  readonly weightedMean?: "weights" | "elements" | null;
  readonly leaves: readonly (WireArray & { readonly requires: boolean })[];
  /** Of the elements of the result. */
  readonly shape: readonly number[];
  readonly reduction: "none" | "mean" | "sum";
  readonly dim?: readonly number[];
  readonly mask?: WireArray;
  readonly weight?: WireArray;
  readonly upstream?: WireArray;
  /** Of the noise that torch's operations are moved by. */
  readonly seed: number;
}

/** torch's own bits, the range around them, and a byte an element: whether anything is right. */
interface Ranged extends WireArray {
  readonly low: string;
  readonly high: string;
  readonly free: string;
}

interface Answered {
  readonly value: Ranged;
  readonly gradients: readonly (Ranged | null)[];
}

/**
 * What torch gives, or why it gives nothing: it refuses numbers that overflow the dtype in some
 * places.
 */
export type FusedAnswer = Answered | { readonly refused: string };

/** How the elements of the answers were compared. */
export class FusedTally {
  /** Bit by bit: all that torch may round differently left them as they are. */
  exact = 0;
  /** Within the range that rounding allows. */
  ranged = 0;
  /** Not at all: rounding decides between a number and NaN. */
  free = 0;

  readonly refused = new Map<string, number>();

  count(answers: FusedAnswer): void {
    if ("refused" in answers) {
      this.refused.set(answers.refused, (this.refused.get(answers.refused) ?? 0) + 1);
      return;
    }
    for (const answer of [answers.value, ...answers.gradients]) {
      if (!answer) continue;
      const [low, high] = [numbersOf("float64", answer.low), numbersOf("float64", answer.high)];
      const free = numbersOf("bool", answer.free);
      low.forEach((least, i) => {
        if (free[i]) this.free++;
        else if (least < high[i]) this.ranged++;
        else this.exact++;
      });
    }
  }
}

/** The differences from the answer of a formula by its text; empty where they agree. */
export function checkFused(text: FormulaCase["text"], asked: FusedCase, answer: FusedAnswer): string[] {
  return checkCall(fuse(text), asked, answer);
}

/** The same of a loss of the table of formulas. */
export function checkFormulaLoss(asked: FusedCase, answer: FusedAnswer): string[] {
  return checkCall(callOf(asked.formulaLoss!) as LossCall, asked, answer);
}

type LossCall = (...args: (Tensor | object)[]) => Tensor;

function checkCall(call: LossCall, asked: FusedCase, answer: FusedAnswer): string[] {
  if ("refused" in answer) return [];
  const { value, gradients } = answer;
  return tidy(() => {
    const leaves = asked.leaves.map((wire) => leafOf(wire, wire.requires));
    const { reduction, dim } = asked;
    const options = {
      reduction,
      ...(dim ? { dim } : {}),
      ...(asked.mask ? { mask: leafOf(asked.mask) } : {}),
      ...(asked.weight ? { weight: leafOf(asked.weight) } : {}),
    };
    const { present = [] } = asked;
    const count = leaves.length - present.length;
    const behind = present.map((word, i) => [word, leaves[count + i]] as const);
    const all = { ...asked.options, ...Object.fromEntries(behind), ...options };
    const loss = call(...leaves.slice(0, count), all);
    if (loss.requiresGrad) loss.backward(upstreamOf(asked, loss));
    const found = differences("value", loss, value);
    leaves.forEach((leaf, i) => {
      const expected = gradients[i];
      if (expected) found.push(...differences(`leaves[${i}].grad`, leaf.grad, expected));
      else if (leaf.grad !== null) found.push(`leaves[${i}].grad: not null`);
    });
    return found;
  });
}

/** The upstream gradient; by default that of a sum of the result. */
function upstreamOf({ upstream }: FusedCase, loss: Tensor): Tensor {
  return upstream ? leafOf(upstream) : loss.detach().zeros().add(1);
}

function differences(what: string, found: Tensor | null, expected: Ranged): string[] {
  const { dtype, shape } = expected;
  if (found === null) return [`${what}: null, expected ${dtype} [${shape.join(", ")}]`];
  if (found.dtype !== dtype || found.shape.join() !== shape.join())
    return [`${what}: ${found.dtype} [${found.shape.join(", ")}], expected ${dtype} [${shape.join(", ")}]`];
  const own = numbersOf(dtype, expected.bytes);
  const [low, high] = [numbersOf("float64", expected.low), numbersOf("float64", expected.high)];
  const free = numbersOf("bool", expected.free);
  return flatten(found.detach().tolist()).flatMap((number, i) => {
    // Of equal ends only these bits are right; -0 differs from 0, and both lie between them.
    const inside = !Object.is(low[i], high[i]) && number >= low[i] && number <= high[i];
    if (Object.is(number, own[i]) || inside || free[i]) return [];
    return [
      `${what}[${i}]: ${show(number)}, torch ${show(own[i])}, others ${show(low[i])} to ${show(high[i])}`,
    ];
  });
}

function show(value: Scalar): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
