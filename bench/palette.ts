/**
 * One look for each rival, the same in every figure: a family has a hue (Okabe and Ito's, safe for
 * colour-blind readers).
 */
export interface Look {
  readonly color: string;
  readonly dash: string;
  readonly width: number;
}

const SOLID = "";
const DASHED = "6,4";
const DOTTED = "1.5,4";

/** By the beginning of a name; the first that fits. */
const looks: readonly (readonly [string, string, string])[] = [
  ["lossgrad, arrays in place", "#d55e00", DASHED],
  ["lossgrad, foreign arrays", "#d55e00", DOTTED],
  ["lossgrad", "#d55e00", SOLID],
  ["JS loop", "#000000", SOLID],
  ["PyTorch", "#0072b2", SOLID],
  ["NumPy", "#56b4e9", SOLID],
  ["numpy-ts", "#56b4e9", DASHED],
  ["onnxruntime-node", "#009e73", SOLID],
  ["onnxruntime-web", "#009e73", DASHED],
  ["tfjs, wasm", "#cc79a7", SOLID],
  ["tfjs, cpu", "#cc79a7", DASHED],
  ["jax-js", "#b58900", SOLID],
];

export function lookOf(name: string): Look {
  const [, color, dash] = looks.find(([start]) => name.startsWith(start)) ?? ["", "#777777", SOLID];
  return { color, dash, width: name.startsWith("lossgrad") ? 3 : 1.6 };
}
