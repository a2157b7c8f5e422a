/**
 * An autoencoder of handwritten digits, trained with lossgrad's tensors and written as an ONNX
 * model.
 *
 *     npm run example -- autoencoder
 *
 * It passes an image of 784 pixels through 64 numbers and back. What it learnt to pass, digits,
 * comes back nearly as it was; anything else does not, and the error by which it comes back tells
 * (examples/onnx-pipeline).
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { F, manualSeed, noGrad, rand, tensor, tidy, type Tensor } from "lossgrad";
import { adam } from "./support/adam.js";
import { loadDigits, type Digits } from "./support/digits.js";
import { imageSize, toUnit } from "./support/image.js";
import { isMain } from "./support/main.js";
import { initializer, model, node, value } from "./support/onnx-format.js";
import type { Log } from "./support/print.js";

/** Where the program writes the model. */
export const modelFile = fileURLToPath(new URL("output/autoencoder.onnx", import.meta.url));

/**
 * Sizes from image to code to image. The code is linear: units that ReLU shuts for good would be
 * missing from it.
 */
const sizes = [imageSize, 64, 128, imageSize];
const linear = [true, false, true];

interface Layer {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

export interface Autoencoder {
  readonly layers: readonly Layer[];
  /**
   * Images (n, 784) as they come back, not yet clamped: a clamped pixel has no gradient to learn
   * from.
   */
  forward(images: Tensor): Tensor;
}

/** An untrained one, begun at random as torch.nn.Linear begins: seed with manualSeed. */
function autoencoder(): Autoencoder {
  const uniform = (shape: number[], bound: number) =>
    rand(shape)
      .mul(2 * bound)
      .sub(bound)
      .requiresGrad_();
  const layers = linear.map((_, i) => {
    const [from, to] = [sizes[i], sizes[i + 1]];
    const bound = 1 / Math.sqrt(from);
    return { weight: uniform([from, to], bound), bias: uniform([to], bound) };
  });
  const forward = (images: Tensor) =>
    layers.reduce((x, { weight, bias }, i) => {
      const y = x.matmul(weight).add(bias);
      return linear[i] ? y : y.relu();
    }, images);
  return { layers, forward };
}

/** Images (n, 784) as the model gives them back, between paper and ink. */
export function reconstruct(trained: Autoencoder, images: Tensor): Tensor {
  return noGrad(() => trained.forward(images).clamp(0, 1));
}

export interface Training {
  /**
   * Epochs by MSE, which moves the far pixels first, then by L1, the error that is looked at in the
   * end.
   */
  readonly mseEpochs: number;
  readonly l1Epochs: number;
  readonly batch: number;
  /** The learning rate of the first step; it falls to zero in a straight line. */
  readonly lr: number;
}

export const training: Training = { mseEpochs: 6, l1Epochs: 2, batch: 50, lr: 0.004 };

/** Trains one on `images`; the same images and numbers give the same bits. */
export function train(images: Uint8Array, { mseEpochs, l1Epochs, batch, lr }: Training, log: Log) {
  manualSeed(1);
  const trained = autoencoder();
  const step = adam(trained.layers.flatMap(({ weight, bias }) => [weight, bias]));
  const pixels = toUnit(images);
  const perEpoch = Math.floor(pixels.length / imageSize / batch);
  const epochs = mseEpochs + l1Epochs;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const [name, lossFn] = epoch < mseEpochs ? ["MSE", F.mseLoss] as const : ["L1", F.l1Loss] as const; // prettier-ignore
    let sum = 0;
    for (let i = 0; i < perEpoch; i++) {
      // A step's own tensors go back at its end; a loop that runs on leaves no time to the garbage
      // collector.
      tidy(() => {
        const start = i * batch * imageSize;
        const x = tensor(pixels.subarray(start, start + batch * imageSize)).view(batch, imageSize);
        const loss = lossFn(trained.forward(x), x);
        loss.backward();
        sum += Number(loss.item());
        step(lr * (1 - (epoch * perEpoch + i) / (epochs * perEpoch)));
      });
    }
    log(`epoch ${epoch + 1} of ${epochs}: ${name} ${(sum / perEpoch).toFixed(4)}`);
  }
  return trained;
}

/**
 * The mean L1 error on `images` of the model, and of who always answers the mean of the images that
 * it was trained on.
 */
export function evaluate(trained: Autoencoder, seen: Uint8Array, images: Uint8Array) {
  return tidy(() => {
    const [trainedOn, heldOut] = [seen, images].map((bytes) => tensor(toUnit(bytes)).view(-1, imageSize));
    const mean = trainedOn.mean({ dim: 0, keepdim: true }).expand(heldOut.shape);
    return {
      error: Number(F.l1Loss(reconstruct(trained, heldOut), heldOut).item()),
      errorOfMean: Number(F.l1Loss(mean, heldOut).item()),
    };
  });
}

/** The model as an .onnx file: `image` (n, 784) in, `reconstruction` (n, 784) out. */
export function toOnnx({ layers }: Autoencoder): Uint8Array<ArrayBuffer> {
  const learnt = (name: string, { data }: Tensor) => initializer(name, data.shape, data.array());
  const weights = layers.flatMap(({ weight, bias }, i) => [
    learnt(`weight${i}`, weight),
    learnt(`bias${i}`, bias),
  ]);
  const nodes = layers.flatMap((_, i) => {
    const [input, output] = [i === 0 ? "image" : `layer${i - 1}`, `layer${i}`];
    const gemm = (to: string) => node("Gemm", [input, `weight${i}`, `bias${i}`], to);
    return linear[i]
      ? [gemm(output)]
      : [gemm(`${output}.linear`), node("Relu", [`${output}.linear`], output)];
  });
  const bounds = [0, 1].map((bound) => initializer(`bound${bound}`, [], Float32Array.of(bound)));
  return model({
    name: "autoencoder",
    nodes: [...nodes, node("Clip", [`layer${layers.length - 1}`, "bound0", "bound1"], "reconstruction")],
    initializers: [...weights, ...bounds],
    inputs: [value("image", "n", imageSize)],
    outputs: [value("reconstruction", "n", imageSize)],
  });
}

/** Trains, evaluates and writes the model. */
export function run(digits: Digits, log: Log): void {
  log(`training on ${digits.training.length / imageSize} digits, one step for ${training.batch} of them`);
  const trained = train(digits.training, training, log);
  const { error, errorOfMean } = evaluate(trained, digits.training, digits.unseen);
  log(
    `${digits.unseen.length / imageSize} unseen digits: L1 error ${error.toFixed(4)}; by the mean image ${errorOfMean.toFixed(4)}`,
  );
  const bytes = toOnnx(trained);
  mkdirSync(fileURLToPath(new URL("output/", import.meta.url)), { recursive: true });
  writeFileSync(modelFile, bytes);
  log(`wrote examples/output/autoencoder.onnx, ${Math.round(bytes.length / 1000)} kB`);
}

if (isMain(import.meta.url)) run(loadDigits(), console.log);
