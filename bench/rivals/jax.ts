/** jax-js, compiled by `jit`. */
import { EPS, type FusedName, Q } from "../formulas.js";
import { load, versionOf } from "./package-of.js";
import type { Implementation } from "./serve.js";

interface JaxArray {
  /** Another reference: a function that takes an array takes one away. */
  readonly ref: JaxArray;
  sub(other: JaxArray): JaxArray;
  add(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  /** Runs what is pending for the array, and takes a reference away. */
  dataSync(): Float32Array;
  dispose(): void;
}

type Loss = (input: JaxArray, target: JaxArray) => JaxArray;
type LossAndGradient = (input: JaxArray, target: JaxArray) => [JaxArray, JaxArray];

interface Jax {
  init(): Promise<string[]>;
  defaultDevice(name: string): void;
  jit<F extends Loss | LossAndGradient>(f: F): F;
  valueAndGrad(f: Loss): LossAndGradient;
  readonly nn: { softplus(a: JaxArray): JaxArray };
  readonly numpy: {
    array(data: Float32Array): JaxArray;
    abs(a: JaxArray): JaxArray;
    square(a: JaxArray): JaxArray;
    sqrt(a: JaxArray): JaxArray;
    maximum(a: JaxArray, b: JaxArray): JaxArray;
    sum(a: JaxArray): JaxArray;
    mean(a: JaxArray): JaxArray;
  };
}

export async function start(): Promise<Implementation> {
  const jax = await load<Jax>("@jax-js/jax");
  // It looks for a GPU there; Node has no such global before 21.
  if (typeof navigator === "undefined") Object.assign(globalThis, { navigator: {} });
  await jax.init();
  jax.defaultDevice("wasm");
  const { numpy: np } = jax;
  const elements: Readonly<Record<FusedName | "l1", Loss>> = {
    l1: (p, t) => np.abs(p.sub(t)),
    charbonnier: (p, t) => np.sqrt(np.square(p.sub(t)).add(EPS ** 2)),
    pinball(p, t) {
      const e = t.sub(p);
      return np.maximum(e.ref.mul(Q), e.mul(Q - 1));
    },
    logCosh(p, t) {
      const d = p.sub(t);
      return d.ref.add(jax.nn.softplus(d.mul(-2))).add(-Math.LN2);
    },
  };
  const compiled = (loss: FusedName | "l1") => ({
    sum: jax.jit<Loss>((p, t) => np.sum(elements[loss](p, t))),
    meanAndGradient: jax.jit(jax.valueAndGrad((p, t) => np.mean(elements[loss](p, t)))),
  });
  const all: Partial<Record<string, ReturnType<typeof compiled>>> = {};
  let { sum, meanAndGradient } = compiled("l1");

  let [input, target, gradient]: (JaxArray | undefined)[] = [];
  let n = 0;
  return {
    version: versionOf("@jax-js/jax"),
    about: "`jit(sum(abs(sub)))`, divided by n; with gradients `jit(valueAndGrad(mean(abs(sub))))`",
    losses: Object.keys(elements) as FusedName[],
    prepare(x, y, loss) {
      ({ sum, meanAndGradient } = all[loss] ??= compiled(loss as FusedName));
      for (const old of [input, target, gradient]) old?.dispose();
      [input, target, gradient] = [np.array(x), np.array(y), undefined];
      n = x.length;
    },
    value: () => sum(input!.ref, target!.ref).dataSync()[0] / n,
    valueAndGradient() {
      gradient?.dispose();
      const [mean, slope] = meanAndGradient(input!.ref, target!.ref);
      gradient = slope;
      return mean.dataSync()[0];
    },
    readGradient: () => gradient!.ref.dataSync(),
  };
}
