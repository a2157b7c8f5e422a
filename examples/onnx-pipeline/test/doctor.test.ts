/** What `compare` says of the model's real outputs in ONNX Runtime Web, as they are and spoilt. */
import * as ort from "onnxruntime-web";
import { tensor, type Tensor } from "lossgrad";
import { compare, type DiagnosisName } from "lossgrad/compare";
import { beforeAll, expect, test } from "vitest";
import { reconstruct, toOnnx, train, training } from "../../autoencoder.js";
import { loadDigits } from "../../support/digits.js";
import { imageSize, side, toUnit } from "../../support/image.js";

const COUNT = 20;
const shape = [COUNT, side, side];

/** What lossgrad's tensors compute, which is right here. */
let reference: Tensor;
/** What the runtime computes from the same weights. */
let output: ort.Tensor;

beforeAll(async () => {
  const images = loadDigits().unseen.subarray(0, COUNT * imageSize);
  const trained = train(images, { ...training, batch: 5 }, () => undefined);
  const session = await ort.InferenceSession.create(toOnnx(trained));
  const image = new ort.Tensor("float32", toUnit(images), [COUNT, imageSize]);
  ({ reconstruction: output } = await session.run({ image }));
  reference = reconstruct(trained, tensor(image));
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
  const { equal, diagnosis } = compare(reference.reshape(...shape), candidate);
  expect(equal).toBe(false);
  expect(diagnosis).toMatchObject({ name, second: null });
});
