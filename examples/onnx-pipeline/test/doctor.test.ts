/** What `compare` says of the model's real outputs in ONNX Runtime Web, as they are and spoilt. */
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { tensor } from "lossgrad";
import { compare, type DiagnosisName } from "lossgrad/compare";
import { beforeAll, expect, test } from "vitest";
import { reconstruct, toOnnx } from "../../autoencoder.js";
import { imageSize, side } from "../../support/image.js";
import { COUNT, digestOf, numbersOf, trainModel } from "./reference/model.js";

const shape = [COUNT, side, side];

/** What PyTorch computed of the same weights, which is right here. */
let reference: { data: Float32Array; shape: number[] };
/** What the runtime computes of them, and lossgrad's own tensors. */
let output: ort.Tensor;
let own: Float32Array;

beforeAll(async () => {
  const trained = trainModel();
  const recorded = (name: string): Buffer => readFileSync(new URL(`reference/${name}`, import.meta.url));
  const { numbers } = JSON.parse(recorded("torch.json").toString()) as { numbers: string };
  // Of other weights, it must be recorded anew: reference/write-weights.ts, then torch.py.
  expect(digestOf(numbersOf(trained))).toBe(numbers);
  reference = {
    data: new Float32Array(Uint8Array.from(recorded("torch.f32")).buffer),
    shape: [COUNT, imageSize],
  };
  const session = await ort.InferenceSession.create(toOnnx(trained.model));
  const image = new ort.Tensor("float32", trained.images, [COUNT, imageSize]);
  ({ reconstruction: output } = await session.run({ image }));
  const elements: Float32Array = reconstruct(trained.model, tensor(image)).array();
  own = elements.slice();
});

test("lossgrad's own tensors give what PyTorch gives, up to honest rounding", () => {
  const { equal, diagnosis } = compare(reference, { data: own, shape: reference.shape });
  expect(equal).toBe(true);
  expect(diagnosis!.name).toMatch(/^(rounding|identical)$/);
});

test("the runtime's own output differs by honest rounding", () => {
  for (const options of [{}, { rtol: 0, atol: 0 }, { ulp: 0 }])
    expect(compare(reference, output, options).diagnosis!.name).toMatch(/^(rounding|identical)$/);
  expect(compare(reference, output).equal).toBe(true);
});

/** The pixel of each image that stands at a place of the spoilt one, and what becomes of it. */
interface Spoilt {
  readonly from?: (image: number, row: number, column: number) => [number, number, number];
  readonly to?: (pixel: number) => number;
  readonly shape?: number[];
}

function spoil(pixels: Float32Array, { from, to = (x) => x }: Spoilt): Float32Array {
  return pixels.map((pixel, i) => {
    if (!from) return to(pixel);
    const [image, row, column] = from(Math.floor(i / imageSize), Math.floor(i / side) % side, i % side);
    return to(pixels[image * imageSize + row * side + column]);
  });
}

const halves = (dtype: "float16" | "bfloat16") => (x: number) => Number(tensor(x, { dtype }).item());
const before = (index: number): number => Math.max(index - 1, 0);

test.each<[string, DiagnosisName, Spoilt]>([
  ["transposed images", "permuted", { from: (i, r, c) => [i, c, r] }],
  ["flattened images", "reshaped", { shape: [COUNT, imageSize] }],
  ["upside down", "flipped", { from: (i, r, c) => [i, side - 1 - r, c] }],
  ["turned by half", "flipped", { from: (i, r, c) => [i, side - 1 - r, side - 1 - c] }],
  ["turned counterclockwise", "rotated", { from: (i, r, c) => [i, c, side - 1 - r] }],
  ["turned clockwise", "rotated", { from: (i, r, c) => [i, side - 1 - c, r] }],
  ["0…255", "scaled", { to: (x) => 255 * x }],
  ["-1…1", "scaled", { to: (x) => 2 * x - 1 }],
  ["normalised", "scaled", { to: (x) => (x - 0.1307) / 0.3081 }],
  ["through a sigmoid", "activation", { to: (x) => 1 / (1 + Math.exp(-x)) }],
  ["an image late", "offset", { from: (i, r, c) => [before(i), r, c] }],
  ["a row late", "offset", { from: (i, r, c) => [i, before(r), c] }],
  ["rounded to float16", "rounded", { to: halves("float16") }],
  ["rounded to bfloat16", "rounded", { to: halves("bfloat16") }],
  ["quantised", "quantized", { to: (x) => Math.round(x * 127) / 127 }],
])("%s are diagnosed: %s", (_, name, spoilt) => {
  const candidate = { data: spoil(output.data as Float32Array, spoilt), shape: spoilt.shape ?? shape };
  const { equal, diagnosis } = compare({ ...reference, shape }, candidate);
  expect(equal).toBe(false);
  expect(diagnosis).toMatchObject({ name, second: null });
});
