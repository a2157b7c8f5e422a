/**
 * TensorFlow.js on its WebAssembly backend with SIMD, one thread; loaded only by who asks for it.
 */
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import binary from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import * as tf from "@tensorflow/tfjs-core";
import { serve } from "./serve.js";

let [input, target, gradient]: (tf.Tensor | null)[] = [null, null, null];
const valueAndGrad = tf.valueAndGrad((x) => tf.losses.absoluteDifference(target!, x));

serve({
  async start() {
    const url = new URL(binary, import.meta.url).href;
    // All three must be named, though only one is loaded: where lossgrad runs there is SIMD, and
    // threads are switched off.
    setWasmPaths({
      "tfjs-backend-wasm.wasm": url,
      "tfjs-backend-wasm-simd.wasm": url,
      "tfjs-backend-wasm-threaded-simd.wasm": url,
    });
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    tf.enableProdMode();
    if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend of tfjs does not start");
    return `tfjs ${tf.version_core}, wasm`;
  },
  prepare(x, y) {
    for (const old of [input, target, gradient]) old?.dispose();
    [input, target, gradient] = [tf.tensor1d(x), tf.tensor1d(y), null];
  },
  run(pass) {
    if (pass === "value") {
      const mean = tf.tidy(() => tf.sum(tf.abs(tf.sub(input!, target!))).dataSync()[0]);
      return mean / input!.size;
    }
    gradient?.dispose();
    return tf.tidy(() => {
      const { value, grad } = valueAndGrad(input!);
      gradient = tf.keep(grad);
      return value.dataSync()[0];
    });
  },
  gradient: () => gradient!.dataSync() as Float32Array,
});
