import type { MetricOptions } from "lossgrad/metrics";
import { InputError } from "../input-error.js";
import type { Elements } from "../readers/dtypes.js";
import { bracketed, numelOf } from "../readers/reader.js";
import type { Pairing } from "./pairing.js";

/** Elements of a chunk: up to 4 MiB of each array, and two of each are held. */
const CHUNK = 2 ** 19;
/** Where outputs lie further apart, a chunk is as long as that. */
const LONGEST_CHUNK = 2 ** 20;

/** How outputs lie in the elements as they come. */
export interface OutputLayout {
  readonly options: MetricOptions;
  /** How many elements, or rows, make a chunk. */
  readonly chunk: number;
  /** How many elements have the same number of each output, wherever one begins with a multiple of it. */
  readonly unit: number;
  readonly shaped: (elements: Elements) => never;
}

/** @throws InputError for a dimension that there is not, or whose outputs lie too far apart */
export function layoutOf({ shape, order, widths }: Pairing, perOutput: number | undefined): OutputLayout {
  if (perOutput === undefined) {
    // Of short arrays, no more than they have: memory is zeroed before it is read into.
    const most = Math.max(1, Math.floor(CHUNK / Math.max(...widths)));
    const chunk = shape ? Math.min(most, Math.max(numelOf(shape), 1)) : most;
    return { options: {}, chunk, unit: 1, shaped: (elements) => elements as never };
  }
  if (shape === null || perOutput >= shape.length || perOutput < -shape.length) {
    const got = shape ? `shape ${bracketed(shape)}` : "a column";
    throw new InputError(
      `--per-output: expected a dimension that the arrays have, got ${perOutput} for ${got}`,
    );
  }
  const dim = perOutput < 0 ? perOutput + shape.length : perOutput;
  const inner = numelOf(order === "C" ? shape.slice(dim + 1) : shape.slice(0, dim));
  const numOutputs = shape[dim];
  const unit = numOutputs * inner;
  if (unit > LONGEST_CHUNK || unit === 0) {
    throw new InputError(
      `--per-output: expected from 1 to ${LONGEST_CHUNK} elements from one index of the outputs to its next turn, got ${unit} ` +
        `for shape ${bracketed(shape)}`,
    );
  }
  const chunk = Math.max(1, Math.floor(CHUNK / unit)) * unit;
  const shaped = (data: Elements): never => {
    const dims = [data.length / unit, numOutputs, inner];
    const tagged = data as Elements & { dtype?: string };
    return { data, shape: dims, ...(tagged.dtype === undefined ? {} : { dtype: tagged.dtype }) } as never;
  };
  return { options: { numOutputs, dim: 1 }, chunk, unit, shaped };
}
