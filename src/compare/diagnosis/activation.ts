import { indexAlong } from "../indices.js";
import type { Shape } from "../../ndarray/shape.js";
import type { At, Hypothesis, Subject } from "./fault.js";
import { axisText, innerOf } from "./layout.js";

/** Of each row: longer ones are no classes. */
const LONGEST_ROW = 2 ** 17;

/** Fewer elements tell nothing: what is negative would lack a rectifier where the other is 0. */
const FEWEST = 8;

interface Activation {
  readonly name: string;
  readonly axis: number | null;
  readonly words: string;
  readonly of: (x: At) => At;
}

const POINTWISE: Readonly<Record<string, (x: number) => number>> = {
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
};

/** An activation that one of the two lacks, or that the candidate went through twice. */
export function* activation(subject: Subject): Generator<Hypothesis> {
  const { shape, axis, aligned, numel, reference, candidate } = subject;
  if (!aligned || numel < FEWEST) return;
  for (const { name, axis: along, words, of } of activations(shape, axis)) {
    const parameters = { activation: name, axis: along };
    yield {
      name: "activation",
      text: `The candidate lacks ${words}: applied to it, it gives the reference.`,
      parameters: { ...parameters, applied: "missing" },
      left: reference.at,
      right: of(candidate.at),
    };
    const isTwice = name === "relu" ? false : looksApplied(name, shape, along, reference.at);
    yield {
      name: "activation",
      text: isTwice
        ? `The candidate went through ${words} twice: applied to the reference again, it gives the candidate.`
        : `The candidate went through ${words}, which the reference did not.`,
      parameters: { ...parameters, applied: isTwice ? "twice" : "added" },
      left: of(reference.at),
      right: candidate.at,
    };
  }
}

function* activations(shape: Shape, axis: number | null): Generator<Activation> {
  for (const [name, f] of Object.entries(POINTWISE))
    yield { name, axis: null, words: name, of: (x) => (i) => f(x(i)) };
  const axes = axis === null ? [...shape.keys()].reverse() : [axis];
  for (const d of axes.filter((one) => shape[one] > 1 && shape[one] <= LONGEST_ROW)) {
    const along = `along ${axisText(d, shape)}`;
    yield { name: "softmax", axis: d, words: `softmax ${along}`, of: softmax(shape, d, Math.exp) };
    yield { name: "log-softmax", axis: d, words: `log-softmax ${along}`, of: softmax(shape, d, (x) => x) };
  }
}

/** Softmax, or its logarithm, of the row that a place lies in. */
function softmax(shape: Shape, axis: number, last: (log: number) => number): (x: At) => At {
  const inner = innerOf(shape, axis);
  const size = shape[axis];
  const indexOf = indexAlong(shape, axis);
  return (x) => {
    /** The logarithm of each row's sum of exponentials, by where the row begins. */
    const sums = new Map<number, number>();
    return (i) => {
      const start = i - indexOf(i) * inner;
      let sum = sums.get(start);
      if (sum === undefined) {
        sum = logSumExp(x, start, inner, size);
        sums.set(start, sum);
      }
      return last(x(i) - sum);
    };
  };
}

function logSumExp(x: At, start: number, step: number, size: number): number {
  let largest = -Infinity;
  for (let k = 0; k < size; k++) largest = Math.max(largest, x(start + k * step));
  let sum = 0;
  for (let k = 0; k < size; k++) sum += Math.exp(x(start + k * step) - largest);
  return largest + Math.log(sum);
}

/** Whether numbers look as if they had gone through an activation already. */
function looksApplied(name: string, shape: Shape, axis: number | null, x: At): boolean {
  if (axis === null) {
    const low = name === "tanh" ? -1 : 0;
    const numel = shape.reduce((product, size) => product * size, 1);
    for (let i = 0; i < numel; i++) if (!(x(i) >= low && x(i) <= 1)) return false;
    return true;
  }
  const inner = innerOf(shape, axis);
  let sum = 0;
  for (let k = 0; k < shape[axis]; k++) sum += name === "softmax" ? x(k * inner) : Math.exp(x(k * inner));
  return Math.abs(sum - 1) < 1e-2;
}
