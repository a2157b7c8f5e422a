/** The gradient of a mean loss by the predictions, written as an array in a file. */
import { open, rename, rm } from "node:fs/promises";
import { tensor, type Tensor, tidy } from "lossgrad";
import type { ExactSumJSON } from "lossgrad/metrics";
import { InputError } from "../input-error.js";
import { bytesOf, type Held, storedAs } from "../readers/dtypes.js";
import { isNpyDtype, type NpyDtype, npyHeader } from "../writers/npy.js";
import { type Chunk, chunksOf } from "./chunks.js";
import { type Evaluated, type Inputs, pairingOf, readyFor, type Run } from "./evaluate.js";
import type { Loss } from "./losses.js";
import { numbersOf } from "../readers/numbers.js";
import { ROOMS } from "./rooms.js";
import type { Request, Tally } from "./tally.js";

/** Elements whose gradient is computed at once. */
const CHUNK = 2 ** 17;

/**
 * Writes the gradient of the mean of the loss by each prediction as an .npy file, in the
 * predictions' float dtype, float64 for integers. It divides by what the mean of the whole divides
 * by, which an evaluation has found; pairs that were left out have a gradient of 0.
 *
 * @throws InputError for a dtype that npy lacks, and for a file that cannot be written
 */
export async function writeGradient(
  path: string,
  inputs: Inputs,
  request: Request,
  { dtype, progress }: Run,
  { tally, result }: Evaluated,
): Promise<void> {
  const pairing = pairingOf(inputs, dtype, request.asked.rows);
  const { held, name } = pairing.readers[0];
  const written = isFloat(held) ? held : "float64";
  if (!isNpyDtype(written)) {
    throw new InputError(
      `${name}: expected floats that npy has, got ${held}; --dtype float32 rounds to such`,
    );
  }
  const has = { weight: inputs.weight !== undefined, mask: inputs.mask !== undefined };
  const [loss] = request.asked.made;
  const upstream = 1 / divisorOf(tally, loss);
  const part = `${path}.part`;
  try {
    const file = await open(part, "w");
    try {
      const { shape } = request.asked.rows ? pairing.readers[0] : pairing;
      await file.writeFile(npyHeader(written, shape ?? [result.elements], pairing.order));
      let elements = 0;
      const length = Math.max(1, Math.floor(CHUNK / Math.max(...pairing.widths)));
      for await (const chunk of chunksOf(pairing, length, ROOMS)) {
        const ready = readyFor(request, chunk, pairing, has);
        const gradient = gradientOf(ready, { inputs, loss, upstream, written, nan: request.nan });
        await file.writeFile(gradient);
        progress?.((elements += chunk.length));
      }
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof InputError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(
      code === undefined ? `--grad: ${message}` : `${path}: cannot be written: ${message}`,
    );
  }
}

function isFloat(held: Held): boolean {
  return held.startsWith("float") || held === "bfloat16";
}

/** What the mean of the loss divides by: of rows, weights of classes are in it. */
function divisorOf(tally: Tally, { weightedMean, rows }: Loss): number {
  const [{ count, weights, sums }] = tally.metrics.toJSON().outputs;
  if (weightedMean === "elements") return count;
  return numberOf(rows ? sums.divisors : weights);
}

function numberOf({ integer, exponent, positiveInfinity, negativeInfinity, nan }: ExactSumJSON): number {
  const finite = Number(integer) * 2 ** exponent;
  const infinite = (positiveInfinity > 0 ? Infinity : 0) + (negativeInfinity > 0 ? -Infinity : 0);
  return finite + infinite + (nan > 0 ? NaN : 0);
}

interface Work {
  readonly inputs: Inputs;
  readonly loss: Loss;
  readonly upstream: number;
  readonly written: NpyDtype;
  readonly nan: Request["nan"];
}

/** The bytes of a chunk's gradients. */
function gradientOf(chunk: Chunk, { inputs, loss, upstream, written, nan }: Work): Uint8Array {
  const { held } = chunk;
  return tidy(() => {
    const asTensor = (i: number): Tensor => {
      // Elements in the linear memory stay there for the next chunk: tensors have copies.
      const elements = chunk.elements[i];
      const isHalf = held[i] === "float16" || held[i] === "bfloat16";
      const data = isHalf
        ? new Uint16Array(elements.buffer, elements.byteOffset, elements.length)
        : (elements as Float64Array);
      return tensor(data, { dtype: held[i] });
    };
    const prediction = asTensor(0).to(written).requiresGrad_();
    const weight = inputs.weight ? asTensor(2) : null;
    const mask = maskOf(chunk, inputs, nan);
    const options = { reduction: "sum", ...(weight && { weight }), ...(mask && { mask }) } as const;
    const sum = loss.sum(prediction, asTensor(1), options);
    // A constant.
    if (!sum.requiresGrad) return new Uint8Array(chunk.elements[0].length * storedAs(written).size);
    sum.backward(tensor(upstream, { dtype: sum.dtype }));
    return Uint8Array.from(bytesOf(prediction.grad!.array()));
  });
}

/** Which pairs or rows count; null where all do. */
function maskOf({ elements, held, length }: Chunk, inputs: Inputs, nan: Request["nan"]): Tensor | null {
  const numbers = inputs.weight ? 3 : 2;
  if (!inputs.mask && nan !== "omit") return null;
  const given = inputs.mask ? (elements[numbers] as Uint8Array) : null;
  const kept = Uint8Array.from({ length }, (_, i) => (given?.[i] === 0 ? 0 : 1));
  if (nan === "omit") {
    for (let one = 0; one < numbers; one++) {
      const width = elements[one].length / length;
      numbersOf(elements[one], held[one]).forEach((value, i) => {
        if (Number.isNaN(value)) kept[Math.floor(i / width)] = 0;
      });
    }
  }
  return tensor(kept, { dtype: "bool" });
}
