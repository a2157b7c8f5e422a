/** The loop in plain JavaScript of lossgrad's benchmark. */
import { meanAbsoluteError, meanAbsoluteErrorAndGradient } from "../../../../../bench/loops.js";
import type { Contestant } from "./protocol.js";

let [x, y, out]: Float32Array[] = [new Float32Array(0), new Float32Array(0), new Float32Array(0)];

export const loop: Contestant = {
  start: () => Promise.resolve("1 thread"),
  prepare(input, target) {
    [x, y, out] = [input, target, new Float32Array(input.length)];
  },
  run: (pass) => (pass === "value" ? meanAbsoluteError(x, y) : meanAbsoluteErrorAndGradient(x, y, out)),
  gradient: () => out,
};
