/**
 * TensorFlow.js. Its tensors are made once, and `tidy` frees what a run makes; only the scalar is
 * read back.
 */
import { EPS, type FusedName, Q } from "../formulas.js";
import { folderOf, load, versionOf } from "./package-of.js";
import type { Implementation } from "./serve.js";

interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}

interface Tensorflow {
  enableProdMode(): void;
  setBackend(name: string): Promise<boolean>;
  tensor1d(data: Float32Array): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  abs(a: Tensor): Tensor;
  sum(a: Tensor): Tensor;
  mean(a: Tensor): Tensor;
  square(a: Tensor): Tensor;
  sqrt(a: Tensor): Tensor;
  add(a: Tensor, b: Tensor | number): Tensor;
  mul(a: Tensor, b: number): Tensor;
  maximum(a: Tensor, b: Tensor): Tensor;
  softplus(a: Tensor): Tensor;
  tidy<T>(work: () => T): T;
  keep(tensor: Tensor): Tensor;
  valueAndGrad(f: (input: Tensor) => Tensor): (input: Tensor) => { value: Tensor; grad: Tensor };
  readonly losses: { absoluteDifference(labels: Tensor, predictions: Tensor): Tensor };
}

export async function start(backend: string): Promise<Implementation> {
  const tf = await load<Tensorflow>("@tensorflow/tfjs");
  if (backend === "wasm") {
    const wasm = await load<{ setWasmPaths(folder: string): void }>("@tensorflow/tfjs-backend-wasm");
    wasm.setWasmPaths(folderOf("@tensorflow/tfjs-backend-wasm"));
  }
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend does not start`);

  let [input, target, gradient]: (Tensor | undefined)[] = [];
  let n = 0;
  const elements: Readonly<Record<FusedName | "l1", (p: Tensor, t: Tensor) => Tensor>> = {
    l1: (p, t) => tf.abs(tf.sub(p, t)),
    charbonnier: (p, t) => tf.sqrt(tf.add(tf.square(tf.sub(p, t)), EPS ** 2)),
    pinball(p, t) {
      const e = tf.sub(t, p);
      return tf.maximum(tf.mul(e, Q), tf.mul(e, Q - 1));
    },
    logCosh(p, t) {
      const d = tf.sub(p, t);
      return tf.add(tf.add(d, tf.softplus(tf.mul(d, -2))), -Math.LN2);
    },
  };
  let loss: FusedName | "l1" = "l1";
  const valueAndGrad = tf.valueAndGrad((p) =>
    loss === "l1" ? tf.losses.absoluteDifference(target!, p) : tf.mean(elements[loss](p, target!)),
  );
  return {
    version: versionOf("@tensorflow/tfjs"),
    about:
      "`sum(abs(sub))`, divided by n; with gradients `valueAndGrad(losses.absoluteDifference)`; in `tidy`",
    losses: Object.keys(elements) as FusedName[],
    prepare(x, y, asked) {
      loss = asked as FusedName;
      for (const old of [input, target, gradient]) old?.dispose();
      [input, target, gradient] = [tf.tensor1d(x), tf.tensor1d(y), undefined];
      n = x.length;
    },
    value: () => tf.tidy(() => tf.sum(elements[loss](input!, target!)).dataSync()[0] / n),
    valueAndGradient() {
      gradient?.dispose();
      return tf.tidy(() => {
        const { value, grad } = valueAndGrad(input!);
        gradient = tf.keep(grad);
        return value.dataSync()[0];
      });
    },
    readGradient: () => gradient!.dataSync(),
  };
}
