/** Losses that users write themselves: fused, and as loops by hand. */
import { fuse, type Tensor, where } from "lossgrad";
import { EPS, FUSED, type FusedName, L1, Q } from "./formulas.js";
import { LocalRival, tensors } from "./local.js";
import type { Arrays } from "./operands.js";

export const FUSED_TITLES: Readonly<Record<FusedName, string>> = {
  charbonnier: "Charbonnier",
  pinball: "Pinball",
  logCosh: "Log-cosh",
};

const parameters = { eps: EPS, q: Q };
const charbonnier = fuse(
  (input, target, { eps }) =>
    input
      .sub(target)
      .square()
      .add(eps ** 2)
      .sqrt(),
  { name: "charbonnier", parameters },
);
const pinball = fuse(
  (input, target, { q }) => {
    const e = target.sub(input);
    return e.mul(q).maximum(e.mul(q - 1));
  },
  { name: "pinball", parameters },
);
const logCosh = fuse((input: Tensor, target: Tensor) => {
  const d = input.sub(target);
  return d.add(d.mul(-2).softplus()).sub(Math.LN2);
});

type Loop = (arrays: Arrays) => number;

/** Two sums hide the latency of addition; the terms take longer than it. */
function meanOf({ x, y }: Arrays, term: (d: number) => number): number {
  const n = x.length;
  const whole = n - (n % 2);
  let [a, b] = [0, 0];
  for (let i = 0; i < whole; i += 2) {
    a += term(x[i] - y[i]);
    b += term(x[i + 1] - y[i + 1]);
  }
  if (whole < n) a += term(x[whole] - y[whole]);
  return (a + b) / n;
}

const charbonnierLoop: Loop = ({ x, y }) => {
  const n = x.length;
  let [a, b] = [0, 0];
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const p = x[i] - y[i];
    const q = x[i + 1] - y[i + 1];
    a += Math.sqrt(p * p + EPS * EPS);
    b += Math.sqrt(q * q + EPS * EPS);
  }
  for (; i < n; i++) a += Math.sqrt((x[i] - y[i]) * (x[i] - y[i]) + EPS * EPS);
  return (a + b) / n;
};

const charbonnierAndGradient: Loop = ({ x, y, out }) => {
  const n = x.length;
  const scale = 1 / n;
  let [a, b] = [0, 0];
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const p = x[i] - y[i];
    const q = x[i + 1] - y[i + 1];
    const r = Math.sqrt(p * p + EPS * EPS);
    const s = Math.sqrt(q * q + EPS * EPS);
    a += r;
    b += s;
    out[i] = (p / r) * scale;
    out[i + 1] = (q / s) * scale;
  }
  for (; i < n; i++) {
    const p = x[i] - y[i];
    const r = Math.sqrt(p * p + EPS * EPS);
    a += r;
    out[i] = (p / r) * scale;
  }
  return (a + b) / n;
};

/** By products with comparisons, without branches. */
const pinballLoop: Loop = ({ x, y }) => {
  const n = x.length;
  let [a, b] = [0, 0];
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const p = y[i] - x[i];
    const q = y[i + 1] - x[i + 1];
    a += p * (Q - +(p < 0));
    b += q * (Q - +(q < 0));
  }
  for (; i < n; i++) a += (y[i] - x[i]) * (Q - +(y[i] < x[i]));
  return (a + b) / n;
};

const pinballAndGradient: Loop = ({ x, y, out }) => {
  const n = x.length;
  const scale = 1 / n;
  let [a, b] = [0, 0];
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const p = y[i] - x[i];
    const q = y[i + 1] - x[i + 1];
    // 1 below 0, 1/2 at 0.
    const r = (+(p < 0) + +(p <= 0)) / 2;
    const s = (+(q < 0) + +(q <= 0)) / 2;
    a += p * (Q - r);
    b += q * (Q - s);
    out[i] = (r - Q) * scale;
    out[i + 1] = (s - Q) * scale;
  }
  for (; i < n; i++) {
    const p = y[i] - x[i];
    const r = (+(p < 0) + +(p <= 0)) / 2;
    a += p * (Q - r);
    out[i] = (r - Q) * scale;
  }
  return (a + b) / n;
};

const logCoshLoop: Loop = (arrays) =>
  meanOf(arrays, (d) => Math.abs(d) + Math.log1p(Math.exp(-2 * Math.abs(d))) - Math.LN2);

/** One exponential gives both. */
const logCoshAndGradient: Loop = ({ x, y, out }) => {
  const n = x.length;
  const scale = 1 / n;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const d = x[i] - y[i];
    const size = Math.abs(d);
    const e = Math.exp(-2 * size);
    sum += size + Math.log1p(e) - Math.LN2;
    const t = ((1 - e) / (1 + e)) * scale;
    out[i] = d < 0 ? -t : t;
  }
  return sum / n;
};

const WORKS: Readonly<
  Record<FusedName, { fused: (x: Tensor, y: Tensor) => Tensor; value: Loop; gradient: Loop }>
> = {
  charbonnier: { fused: charbonnier, value: charbonnierLoop, gradient: charbonnierAndGradient },
  pinball: { fused: pinball, value: pinballLoop, gradient: pinballAndGradient },
  logCosh: { fused: logCosh, value: logCoshLoop, gradient: logCoshAndGradient },
};

export const FUSED_NAME = "lossgrad, fused";
export const LOOP_NAME = "JS loop";

/** lossgrad, then the loop. */
export function fusedRivals(name: FusedName): LocalRival[] {
  const { fused, value, gradient } = WORKS[name];
  const formula = FUSED[name];
  return [
    tensors(FUSED_NAME, "a function made by `fuse`, `item()`; with gradients `backward()`", formula, fused),
    new LocalRival({
      name: LOOP_NAME,
      about: "two sums over `Float32Array`s (bench/fused.ts); with gradients into an array made before",
      formula,
      value: ({ foreign }) => value(foreign),
      gradient: ({ foreign }) => gradient(foreign),
      gradientOf: ({ foreign: { out } }) => out,
    }),
  ];
}

/**
 * A formula that nobody has made before: its digits choose the operations, which leave |x - y| as
 * it is.
 */
function neverMade(id: number): (x: Tensor, y: Tensor) => Tensor {
  return fuse((x: Tensor, y: Tensor) => {
    let e = x.sub(y).abs();
    for (let rest = id; rest > 0; rest = Math.floor(rest / 4)) {
      e = [() => e.abs(), () => e.relu(), () => e.mul(1), () => where(e.ge(0), e, 0)][rest % 4]();
    }
    return e;
  });
}

let made = 0;
const others = fuse((x, y, { p }) => x.sub(y).abs().add(p).sub(p), { parameters: { p: 0 } });
let number = 0;

/**
 * A call that traces, derives, emits and compiles, and one that only traces, for another number.
 */
export const firstCalls: readonly LocalRival[] = [
  tensors("first call of a formula", "another formula each time", L1, (x, y) => neverMade(++made)(x, y)),
  tensors(
    "call with another number",
    "a formula that was called, with another number each time",
    L1,
    (x, y) => others(x, y, { p: 2 ** -(++number % 40) * 1e-12 }),
  ),
];
