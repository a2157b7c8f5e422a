/**
 * numpy-ts. Arrays that a run makes are disposed at once: its memory does not recover from running
 * full.
 */
import { load, versionOf } from "./package-of.js";
import type { Implementation } from "./serve.js";

interface NdArray {
  subtract(other: NdArray): NdArray;
  absolute(): NdArray;
  sum(): number;
  dispose(): void;
}

interface NumpyTs {
  array(data: Float32Array): NdArray;
  configureWasm(options: { maxMemory: number }): void;
}

export async function start(): Promise<Implementation> {
  const np = await load<NumpyTs>("numpy-ts");
  np.configureWasm({ maxMemory: 2 ** 30 });
  let [input, target]: (NdArray | undefined)[] = [];
  let n = 0;
  return {
    version: versionOf("numpy-ts"),
    about: "`a.subtract(b).absolute().sum()`, divided by n; each array disposed as soon as it is used",
    prepare(x, y) {
      for (const old of [input, target]) old?.dispose();
      [input, target] = [np.array(x), np.array(y)];
      n = x.length;
    },
    value() {
      const difference = input!.subtract(target!);
      const absolute = difference.absolute();
      difference.dispose();
      const mean = absolute.sum() / n;
      absolute.dispose();
      return mean;
    },
  };
}
