/** Data as models have it, and faults that are planted in it on purpose. */
import type { CompareOptions, DiagnosisName } from "lossgrad/compare";
import { roundToBFloat16, roundToFloat16 } from "../../src/core/half.js";
import { Random } from "./random.js";

/** Elements with their shape. */
export interface Shaped {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Places in row-major order, of which each is given its index. */
function filled(shape: readonly number[], of: (index: readonly number[]) => number): Shaped {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = of(index);
    for (let d = shape.length - 1; d >= 0 && ++index[d] === shape[d]; d--) index[d] = 0;
  }
  return { data, shape };
}

/** A smooth picture in colours, as NCHW with values in 0…1: waves, an edge, and a little grain. */
export function picture(shape: readonly number[], seed: number): Shaped {
  const random = new Random(seed);
  const waves = Array.from({ length: 6 }, () => [...shape, 0].map(() => 0.1 + 0.5 * random.next()));
  const tones = Array.from({ length: 16 }, () => 0.4 * random.next());
  return filled(shape, (index) => {
    const wave = waves.reduce(
      (sum, w) => sum + Math.sin(index.reduce((phase, x, d) => phase + w[d] * x, 6 * w[shape.length])),
      0,
    );
    const edge = index[shape.length - 1] > 0.6 * shape[shape.length - 1] ? 0.15 : 0;
    const x = 0.15 + tones[(index[shape.length - 3] ?? 0) % 16] + 0.05 * wave + edge + 0.02 * random.next();
    return Math.min(Math.max(x, 0), 1);
  });
}

/** What a classifier's last layer gives. */
export function logits(rows: number, classes: number, seed: number): Shaped {
  const random = new Random(seed);
  return filled([rows, classes], () => 3 * random.normal());
}

/** Activations of a layer: normal, by channel of different size. */
export function activations(shape: readonly number[], seed: number): Shaped {
  const random = new Random(seed);
  const sizes = Array.from({ length: shape[1] }, () => 0.3 + 2 * random.next());
  return filled(shape, (index) => sizes[index[1]] * random.normal());
}

export function mapped({ data, shape }: Shaped, f: (x: number, i: number) => number): Shaped {
  return { data: data.map(f), shape };
}

/** numpy.transpose. */
export function transposed({ data, shape }: Shaped, permutation: readonly number[]): Shaped {
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((product, size) => product * size, 1));
  return filled(
    permutation.map((d) => shape[d]),
    (index) => data[index.reduce((place, x, k) => place + x * strides[permutation[k]], 0)],
  );
}

/** The same shape, with the index of one axis replaced. */
export function along(x: Shaped, axis: number, from: (index: number) => number): Shaped {
  const strides = x.shape.map((_, d) => x.shape.slice(d + 1).reduce((product, size) => product * size, 1));
  return filled(
    x.shape,
    (index) => x.data[index.reduce((place, at, d) => place + (d === axis ? from(at) : at) * strides[d], 0)],
  );
}

export function softmaxed({ data, shape }: Shaped): Shaped {
  const size = shape[shape.length - 1];
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += size) {
    const row = data.subarray(i, i + size);
    const largest = Math.max(...row);
    const sum = row.reduce((total, x) => total + Math.exp(x - largest), 0);
    row.forEach((x, k) => (out[i + k] = Math.exp(x - largest) / sum));
  }
  return { data: out, shape };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const reversed =
  (size: number) =>
  (index: number): number =>
    size - 1 - index;
const channelOf = ({ shape }: Shaped, axis: number) => {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  return (i: number): number => Math.floor(i / inner) % shape[axis];
};

/** Quantised to `levels` steps and back, and what is beyond them clamped. */
function quantised(x: Shaped, low: number, high: number): Shaped {
  const scale = (high - low) / 255;
  const zero = Math.round(-low / scale);
  return mapped(x, (value) => {
    const q = Math.min(Math.max(Math.round(value / scale) + zero, 0), 255);
    return (q - zero) * scale;
  });
}

/** numpy.rot90 of two axes beside each other: counterclockwise. */
function rotated(x: Shaped, axis: number): Shaped {
  const order = x.shape.map((_, d) => (d === axis ? axis + 1 : d === axis + 1 ? axis : d));
  return along(transposed(x, order), axis, reversed(x.shape[axis + 1]));
}

/** Quantised to int8 by each index of an axis, by its own largest absolute value, and back. */
function quantisedAlong(x: Shaped, axis: number): Shaped {
  const channel = channelOf(x, axis);
  const largest = x.shape.map(() => 0);
  x.data.forEach((value, i) => {
    largest[channel(i)] = Math.max(largest[channel(i)] ?? 0, Math.abs(value));
  });
  return mapped(x, (value, i) => {
    const scale = largest[channel(i)] / 127;
    return scale === 0 ? 0 : Math.round(value / scale) * scale;
  });
}

export interface Planted {
  readonly title: string;
  readonly reference: Shaped;
  readonly candidate: Shaped;
  readonly name: DiagnosisName;
  readonly second?: DiagnosisName;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly options?: CompareOptions;
}

const IMAGE = picture([2, 3, 16, 20], 1);
const SQUARE = picture([1, 3, 24, 24], 2);
const GREY = picture([24, 24], 3);
const LOGITS = logits(32, 10, 4);
const LAYER = activations([4, 8, 6, 6], 5);
const SERIES = activations([200, 4], 6);
const GREY_WIDE = picture([12, 30], 8);
const WEIGHTS = transposed(activations([18, 12, 3], 11), [1, 0, 2]);
const PRUNED = mapped(activations([40, 6], 12), (x, i) => (i % 6 === 2 ? 0 : x));
const VIDEO = picture([2, 3, 4, 8, 10], 7);
const [MEANS, DEVIATIONS] = [
  [0.485, 0.456, 0.406],
  [0.229, 0.224, 0.225],
];
const bytes = mapped(SQUARE, (x) => Math.round(255 * x));
const normalized = mapped(IMAGE, (x, i) => {
  const c = channelOf(IMAGE, 1)(i);
  return (x - MEANS[c]) / DEVIATIONS[c];
});
const channelScales = [1.5, 0.2, 3, 0.9, 1.1, 0.5, 2, 0.7];
const noisy = (x: Shaped, seed: number, size: number): Shaped => {
  const random = new Random(seed);
  return mapped(x, (value) => value + size * random.normal());
};

/** Faults that people meet, in data like theirs. */
export const PLANTED: readonly Planted[] = [
  { title: "NHWC instead of NCHW, and the shape says so", reference: IMAGE, candidate: transposed(IMAGE, [0, 2, 3, 1]), name: "permuted", parameters: { permutation: [0, 2, 3, 1] } },
  { title: "NCHW instead of NHWC", reference: transposed(IMAGE, [0, 2, 3, 1]), candidate: IMAGE, name: "permuted", parameters: { permutation: [0, 3, 1, 2] } },
  { title: "NHWC under the shape of NCHW", reference: IMAGE, candidate: { ...transposed(IMAGE, [0, 2, 3, 1]), shape: IMAGE.shape }, name: "permuted", parameters: { permutation: [0, 2, 3, 1] } },
  { title: "height and width of a square picture", reference: SQUARE, candidate: transposed(SQUARE, [0, 1, 3, 2]), name: "permuted", parameters: { permutation: [0, 1, 3, 2] } },
  { title: "a transposed weight matrix", reference: LOGITS, candidate: transposed(LOGITS, [1, 0]), name: "permuted", parameters: { permutation: [1, 0] } },
  { title: "heads and positions of attention", reference: LAYER, candidate: transposed(LAYER, [0, 2, 1, 3]), name: "permuted", parameters: { permutation: [0, 2, 1, 3] } },
  { title: "frames and channels of a film", reference: VIDEO, candidate: transposed(VIDEO, [0, 2, 1, 3, 4]), name: "permuted", parameters: { permutation: [0, 2, 1, 3, 4] } },
  { title: "a film with its channels last", reference: VIDEO, candidate: transposed(VIDEO, [0, 2, 3, 4, 1]), name: "permuted", parameters: { permutation: [0, 2, 3, 4, 1] } },
  { title: "a flattened picture", reference: IMAGE, candidate: { ...IMAGE, shape: [2, 960] }, name: "reshaped" },
  { title: "BGR instead of RGB", reference: IMAGE, candidate: along(IMAGE, 1, reversed(3)), name: "channels-swapped", parameters: { axis: 1, order: [2, 1, 0] } },
  { title: "GBR instead of RGB, channels last", reference: transposed(IMAGE, [0, 2, 3, 1]), candidate: along(transposed(IMAGE, [0, 2, 3, 1]), 3, (c) => (c + 1) % 3), name: "channels-swapped", parameters: { axis: 3, order: [1, 2, 0] } },
  { title: "upside down", reference: IMAGE, candidate: along(IMAGE, 2, reversed(16)), name: "flipped", parameters: { axes: [2] } },
  { title: "mirrored", reference: SQUARE, candidate: along(SQUARE, 3, reversed(24)), name: "flipped", parameters: { axes: [3] } },
  { title: "turned by half", reference: GREY, candidate: along(along(GREY, 0, reversed(24)), 1, reversed(24)), name: "flipped", parameters: { axes: [0, 1] } },
  { title: "0…255 instead of 0…1", reference: SQUARE, candidate: mapped(SQUARE, (x) => 255 * x), name: "scaled" },
  { title: "0…1 instead of 0…255", reference: bytes, candidate: mapped(bytes, (x) => x / 255), name: "scaled" },
  { title: "whole bytes instead of 0…1", reference: SQUARE, candidate: bytes, name: "scaled" },
  { title: "-1…1 instead of 0…1", reference: IMAGE, candidate: mapped(IMAGE, (x) => 2 * x - 1), name: "scaled" },
  { title: "a bias that is missing", reference: LAYER, candidate: mapped(LAYER, (x) => x - 0.75), name: "scaled", parameters: { scale: 1 } },
  { title: "normalised by one mean and deviation", reference: GREY, candidate: mapped(GREY, (x) => (x - 0.1307) / 0.3081), name: "scaled" },
  { title: "a scale, and one element in ten spoilt", reference: LAYER, candidate: mapped(LAYER, (x, i) => (i % 10 === 3 ? 1e4 : 0.125 * x)), name: "scaled", options: { rtol: 0, atol: 0 } },
  { title: "without ImageNet's normalisation", reference: normalized, candidate: IMAGE, name: "scaled", parameters: { axis: 1 } },
  { title: "normalised twice over", reference: IMAGE, candidate: normalized, name: "scaled", parameters: { axis: 1 } },
  { title: "a batch normalisation's scale of each channel", reference: LAYER, candidate: mapped(LAYER, (x, i) => x * channelScales[channelOf(LAYER, 1)(i)]), name: "scaled", parameters: { axis: 1 } },
  { title: "logits instead of probabilities", reference: softmaxed(LOGITS), candidate: LOGITS, name: "activation", parameters: { activation: "softmax", applied: "missing", axis: 1 } },
  { title: "probabilities instead of logits", reference: LOGITS, candidate: softmaxed(LOGITS), name: "activation", parameters: { activation: "softmax", applied: "added" } },
  { title: "softmax twice", reference: softmaxed(LOGITS), candidate: softmaxed(softmaxed(LOGITS)), name: "activation", parameters: { activation: "softmax", applied: "twice" } },
  { title: "sigmoid missing", reference: mapped(LOGITS, sigmoid), candidate: LOGITS, name: "activation", parameters: { activation: "sigmoid", applied: "missing" } },
  { title: "sigmoid twice", reference: mapped(LOGITS, sigmoid), candidate: mapped(mapped(LOGITS, sigmoid), sigmoid), name: "activation", parameters: { activation: "sigmoid", applied: "twice" } },
  { title: "a rectifier missing", reference: mapped(LAYER, (x) => Math.max(x, 0)), candidate: LAYER, name: "activation", parameters: { activation: "relu", applied: "missing" } },
  { title: "a row late", reference: SERIES, candidate: along(SERIES, 0, (i) => Math.max(i - 1, 0)), name: "offset", parameters: { axis: 0, step: 1 } },
  { title: "a header taken for a row", reference: SERIES, candidate: { data: SERIES.data.slice(4), shape: [199, 4] }, name: "offset", parameters: { axis: 0, step: -1 } },
  { title: "a picture a pixel to the left", reference: GREY, candidate: along(GREY, 1, (i) => (i + 1) % 24), name: "offset", parameters: { axis: 1, step: -1 } },
  { title: "rounded to float16", reference: LAYER, candidate: mapped(LAYER, roundToFloat16), name: "rounded", parameters: { dtype: "float16", side: "candidate" } },
  { title: "rounded to bfloat16", reference: IMAGE, candidate: mapped(IMAGE, roundToBFloat16), name: "rounded", parameters: { dtype: "bfloat16", side: "candidate" } },
  { title: "a reference of a half model", reference: mapped(LAYER, roundToFloat16), candidate: LAYER, name: "rounded", parameters: { dtype: "float16", side: "reference" } },
  { title: "quantised to int8", reference: LAYER, candidate: quantised(LAYER, -6, 6), name: "quantized" },
  { title: "quantised to uint8, and clamped", reference: IMAGE, candidate: quantised(IMAGE, 0, 0.9), name: "quantized" },
  { title: "a picture turned counterclockwise", reference: IMAGE, candidate: rotated(IMAGE, 2), name: "rotated", parameters: { axes: [2, 3], degrees: 90 } },
  { title: "a square picture turned clockwise", reference: SQUARE, candidate: rotated(rotated(rotated(SQUARE, 2), 2), 2), name: "rotated", parameters: { axes: [2, 3], degrees: 270 } },
  { title: "turned counterclockwise, channels last", reference: transposed(IMAGE, [0, 2, 3, 1]), candidate: rotated(transposed(IMAGE, [0, 2, 3, 1]), 1), name: "rotated", parameters: { axes: [1, 2], degrees: 90 } },
  { title: "turned under the shape of before", reference: GREY_WIDE, candidate: { ...rotated(GREY_WIDE, 0), shape: GREY_WIDE.shape }, name: "rotated", parameters: { axes: [0, 1], degrees: 90 } },
  { title: "turned clockwise, in 0…255", reference: GREY, candidate: mapped(rotated(rotated(rotated(GREY, 0), 0), 0), (x) => 255 * x), name: "rotated", second: "scaled", parameters: { degrees: 270 } },
  { title: "weights quantised to int8 by output channel", reference: WEIGHTS, candidate: quantisedAlong(WEIGHTS, 0), name: "quantized", parameters: { axis: 0 } },
  { title: "weights of which a channel is 0, quantised by the last axis", reference: PRUNED, candidate: quantisedAlong(PRUNED, 1), name: "quantized", parameters: { axis: 1 } },
  { title: "activations quantised by channel", reference: LAYER, candidate: quantisedAlong(LAYER, 1), name: "quantized", parameters: { axis: 1 } },
  { title: "float16's overflow", reference: mapped(SERIES, (x, i) => (i % 97 === 5 ? 1e5 : x)), candidate: mapped(SERIES, (x, i) => (i % 97 === 5 ? Infinity : x)), name: "not-finite", parameters: { overflow: true } },
  { title: "BGR in 0…255 instead of RGB in 0…1", reference: IMAGE, candidate: mapped(along(IMAGE, 1, reversed(3)), (x) => 255 * x), name: "channels-swapped", second: "scaled" },
  { title: "NHWC in 0…255 instead of NCHW in 0…1", reference: IMAGE, candidate: mapped(transposed(IMAGE, [0, 2, 3, 1]), (x) => 255 * x), name: "permuted", second: "scaled" },
  { title: "BGR, with the noise of another model", reference: IMAGE, candidate: noisy(along(IMAGE, 1, reversed(3)), 9, 1e-4), name: "channels-swapped" },
]; // prettier-ignore

/** Differences that no fault made, or none that has a name. */
export const UNEXPLAINED: readonly Pick<Planted, "title" | "reference" | "candidate">[] = [
  { title: "another picture", reference: SQUARE, candidate: picture([1, 3, 24, 24], 77) },
  { title: "other numbers", reference: LAYER, candidate: activations([4, 8, 6, 6], 78) },
  { title: "other numbers of another size", reference: LAYER, candidate: mapped(activations([4, 8, 6, 6], 78), (x) => 1e4 * x + 3) },
  { title: "noise of a tenth", reference: IMAGE, candidate: noisy(IMAGE, 10, 0.02) },
  { title: "a few elements that are wrong", reference: LAYER, candidate: mapped(LAYER, (x, i) => (i % 200 === 7 ? -x + 1 : x)) },
  { title: "the logits of another model", reference: softmaxed(LOGITS), candidate: logits(32, 10, 79) },
  { title: "a constant", reference: LAYER, candidate: mapped(LAYER, () => 0.1) },
  { title: "a blurred picture", reference: GREY, candidate: mapped(GREY, (x, i) => (x + GREY.data[Math.max(i - 1, 0)] + GREY.data[Math.max(i - 24, 0)]) / 3) },
]; // prettier-ignore
