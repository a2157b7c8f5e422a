/** ONNX Runtime, native or WebAssembly: one session, fed with tensors that are made once. */
import { sumOfAbsoluteDifferences } from "./onnx-model.js";
import { load, versionOf } from "./package-of.js";
import type { Implementation } from "./serve.js";

type OnnxTensor = object;

interface Session {
  run(feeds: Record<string, OnnxTensor>): Promise<{ sum: { data: Float32Array } }>;
}

interface OnnxRuntime {
  readonly env: { wasm: { numThreads?: number } };
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, sizes: readonly number[]) => OnnxTensor;
}

export async function start(name: string, threads: string): Promise<Implementation> {
  const ort = await load<OnnxRuntime>(name);
  ort.env.wasm.numThreads = Number(threads);
  const session = await ort.InferenceSession.create(sumOfAbsoluteDifferences(), {
    executionProviders: [name === "onnxruntime-web" ? "wasm" : "cpu"],
    intraOpNumThreads: Number(threads),
  });
  let feeds: Record<string, OnnxTensor> = {};
  let n = 0;
  return {
    version: versionOf(name),
    about: `\`run()\` of a graph Sub, ReduceL1, divided by n; threads: ${threads}`,
    prepare(x, y) {
      n = x.length;
      feeds = { x: new ort.Tensor("float32", x, [n]), y: new ort.Tensor("float32", y, [n]) };
    },
    value: async () => (await session.run(feeds)).sum.data[0] / n,
  };
}
