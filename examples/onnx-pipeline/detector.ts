/**
 * From what the model gave back to an alarm: errors by lossgrad, a threshold from good frames, and
 * how often the alarm is right.
 */
import { allocate, l1Loss, type RuntimeTensor } from "lossgrad/arrays";
import { imageSize } from "../support/image.js";
import type { Kind } from "./anomalies.js";

/** How far a frame and its reconstruction lie apart. */
export interface Errors {
  /** |reconstruction - frame| of each pixel. It is overwritten by the next frame. */
  readonly map: Float32Array;
  /** Its mean over each image. */
  readonly images: readonly number[];
  /** Its mean over the frame. */
  readonly frame: number;
}

/** Measures frames of `images` images: the runtime's tensors go in as they are. */
export function errorMeter(images: number): (reconstruction: RuntimeTensor, frame: RuntimeTensor) => Errors {
  // It lies where the kernels read and write, so neither the map nor the means below copy anything.
  const map = allocate("float32", images * imageSize);
  const parts = Array.from({ length: images }, (_, i) => map.subarray(i * imageSize, (i + 1) * imageSize));
  return (reconstruction, frame) => {
    l1Loss(reconstruction, frame, { reduction: "none", out: map });
    return { map, images: parts.map((part) => l1Loss(part, 0)), frame: l1Loss(reconstruction, frame) };
  };
}

/** The least of `values` that a share `q` of them does not exceed. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

/** One image: its error, and what is wrong with it. */
export interface Seen {
  readonly error: number;
  readonly truth: Kind | null;
}

export interface Score {
  readonly alarms: number;
  /** Alarms at anomalies. */
  readonly hits: number;
  readonly anomalies: number;
  /** hits / alarms; NaN without alarms. */
  readonly precision: number;
  /** hits / anomalies; NaN without anomalies. */
  readonly recall: number;
}

/** How right an alarm at errors above `threshold` is. */
export function score(seen: readonly Seen[], threshold: number): Score {
  const alarmed = seen.filter(({ error }) => error > threshold);
  const alarms = alarmed.length;
  const hits = alarmed.filter(({ truth }) => truth !== null).length;
  const anomalies = seen.filter(({ truth }) => truth !== null).length;
  return { alarms, hits, anomalies, precision: hits / alarms, recall: hits / anomalies };
}
