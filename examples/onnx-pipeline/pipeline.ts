/**
 * The pipeline, in Node as in the browser: frames through a model in ONNX Runtime Web, its tensors
 * through lossgrad.
 */
import type { InferenceSession, Tensor, TypedTensor } from "onnxruntime-web";
import { imageSize } from "../support/image.js";
import { errorMeter, quantile, type Errors, type Seen } from "./detector.js";
import { imagesPerFrame, type Frame } from "./frames.js";

/** What the pipeline uses of `onnxruntime-web`, or of a part of it as `onnxruntime-web/wasm`. */
export interface OnnxRuntime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

export interface Passed extends Errors {
  readonly input: TypedTensor<"float32">;
  readonly reconstruction: TypedTensor<"float32">;
  readonly inferenceMs: number;
  /** All that lossgrad does for the frame: the map and the means. */
  readonly lossMs: number;
}

/**
 * A page's clock counts in tenths of a millisecond unless the page is isolated, so the short work
 * is timed that often.
 */
const repeats = 10;

export interface Pipeline {
  /** A frame through the model, and the errors of what comes back. */
  readonly pass: (frame: Frame) => Promise<Passed>;
}

/** A pipeline with the model of these bytes. */
export async function openPipeline(ort: OnnxRuntime, model: Uint8Array): Promise<Pipeline> {
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  const measure = errorMeter(imagesPerFrame);
  return {
    async pass({ pixels }) {
      const input = new ort.Tensor("float32", pixels, [imagesPerFrame, imageSize]);
      const start = performance.now();
      const outputs = await session.run({ image: input });
      const inferenceMs = performance.now() - start;
      const reconstruction = outputs.reconstruction as TypedTensor<"float32">;
      const errors = measure(reconstruction, input);
      const again = performance.now();
      for (let i = 0; i < repeats; i++) measure(reconstruction, input);
      const lossMs = (performance.now() - again) / repeats;
      return { input, reconstruction, inferenceMs, lossMs, ...errors };
    },
  };
}

/** The errors of good images, which the threshold is taken from. */
export async function errorsOf({ pass }: Pipeline, frames: readonly Frame[]): Promise<number[]> {
  const errors: number[] = [];
  for (const frame of frames) errors.push(...(await pass(frame)).images);
  return errors;
}

/** The images of a frame with what is wrong with them. */
export function seenIn({ truth }: Frame, { images }: Errors): Seen[] {
  return images.map((error, i) => ({ error, truth: truth[i] }));
}

/** The middle of times that were taken one by one. */
export function median(times: readonly number[]): number {
  return quantile(times, 0.5);
}

/** The share of good images that are to pass without an alarm. */
export const goodShare = 0.995;
