/** F.pad: tensors with a border. */
import { notATensor } from "../ndarray/adapter.js";
import { checkFits } from "../ndarray/dtype.js";
import type { Margin } from "../ndarray/joining.js";
import type { Selection } from "../ndarray/indices.js";
import { numelOf, type Shape } from "../ndarray/shape.js";
import { describeValue, wordOf } from "../core/describe.js";
import { MAXIMUM_DIMENSIONS } from "../core/memory.js";
import { takeList, takeOptions } from "../core/options.js";
import { Tensor } from "../tensor/tensor.js";

/**
 * What a border holds: a constant, the elements next to the edge in mirror order, or the edge
 * itself.
 */
export type PadMode = "constant" | "reflect" | "replicate";
/** Options of F.pad. */
export interface PadOptions {
  /** "constant" by default. */
  mode?: PadMode;
  /** The constant; 0 by default. */
  value?: number | null;
}

/**
 * `input` with a border: pad[0] elements before and pad[1] after those of the last dimension,
 * pad[2] and pad[3] those of the last but one, and so on. Negative numbers take elements off. Of
 * a vector a, b, c, two after it are, by mode:
 *
 *     constant     a b c 0 0    any dimensions; another number by value
 *     reflect      a b c b a    the last one of 2 or 3, two of 3 or 4, three of 4 or 5 dimensions
 *     replicate    a b c c c    the same
 *
 * Gradient: to each element the sum of g where it stands, exact; none to the constant.
 *
 * @throws TypeError for what is no tensor, or no whole numbers, an unknown mode, bools that are
 *   not padded with a constant; RangeError for an odd number of numbers or too many, for more than
 *   there is to mirror or to take off, and for a number that an integer dtype cannot hold
 * @example
 * String(F.pad(tensor([1, 2, 3]), [1, 2])); // "tensor([0., 1., 2., 3., 0., 0.])"
 * String(F.pad(tensor([[1, 2, 3]]), [2, 1], { mode: "reflect" })); // "tensor([[3., 2., 1., 2., 3., 2.]])"
 * String(F.pad(tensor([[1, 2, 3]]), [2, -1], { mode: "replicate" })); // "tensor([[1., 1., 1., 2.]])"
 */
export function pad(input: Tensor, pad: readonly number[], options: PadOptions = {}): Tensor {
  if (!(input instanceof Tensor)) {
    throw notATensor("pad", "input to be a Tensor", input);
  }
  const sizes = readPad(pad);
  const { mode = "constant", value } = takeOptions("pad", options, ["mode", "value"]);
  const filler = value ?? 0;
  if (typeof filler !== "number") {
    throw new TypeError(`pad: expected value to be a number, got ${describeValue(value)}`);
  }
  input.checkAlive("pad");
  if (sizes.length > 2 * input.ndim) {
    throw new RangeError(
      "Padding length should be less than or equal to two times the input dimension but got padding length " +
        `${sizes.length} and input of dimension ${input.ndim}`,
    );
  }
  if (mode === "constant") return constantPad(input, sizes, filler);
  if (mode !== "reflect" && mode !== "replicate") {
    throw new TypeError(
      `Unrecognised padding mode ${wordOf(mode)}; expected "constant", "reflect" or "replicate"`,
    );
  }
  if (filler !== 0) throw new TypeError(`Padding mode "${mode}" doesn't take in value argument`);
  return mirroredPad(input, sizes, mode);
}

function readPad(pad: unknown): number[] {
  if (!Array.isArray(pad)) {
    throw new TypeError(`pad: expected pad to be an array of integers, got ${describeValue(pad)}`);
  }
  const read = (size: unknown): number => {
    if (Number.isSafeInteger(size)) return size as number;
    throw new TypeError(`pad: expected pad to be an array of integers, got ${describeValue(size)} in it`);
  };
  const sizes = takeList("pad", pad, read, (length) => {
    if (length <= 2 * MAXIMUM_DIMENSIONS) return;
    throw new RangeError(`pad: expected at most ${2 * MAXIMUM_DIMENSIONS} sizes, got ${length}`);
  });
  if (sizes.length % 2 !== 0) throw new RangeError("Padding length must be divisible by 2");
  return sizes;
}

/** The numbers of pad for the dimensions of `ndim`, first to last. */
function marginsOf(sizes: readonly number[], ndim: number): Margin[] {
  return Array.from({ length: ndim }, (_, d) => {
    const place = 2 * (ndim - 1 - d);
    return [sizes[place] ?? 0, sizes[place + 1] ?? 0];
  });
}

function constantPad(input: Tensor, sizes: readonly number[], value: number): Tensor {
  checkFits(value, input.dtype);
  return input.op("constantPad", { margins: marginsOf(sizes, input.ndim), value });
}

const AXES = ["W", "H", "D"] as const;

function mirroredPad(input: Tensor, sizes: readonly number[], mode: "reflect" | "replicate"): Tensor {
  const { shape, ndim } = input;
  const padded = sizes.length / 2;
  if (padded < 1 || padded > 3 || (ndim !== padded + 1 && ndim !== padded + 2)) {
    throw new RangeError(`Padding size ${sizes.length} is not supported for ${ndim}D input tensor.`);
  }
  checkFilled(shape, padded);
  const margins = marginsOf(sizes, ndim);
  if (mode === "reflect") checkReflection(shape, margins, padded);
  checkOutput(shape, margins, padded, mode);
  checkLengths(shape, margins);
  const kind = mode === "reflect" ? "reflection" : "replication";
  if (input.dtype === "bool") throw new TypeError(`"${kind}_pad${padded}d" not implemented for 'Bool'`);
  const name = mode === "reflect" ? "ReflectionPad" : "ReplicationPad";
  return input.op("index", {
    selection: mirrored(shape, margins, padded, mode),
    node: `${name}${padded}DBackward0`,
  });
}

/** What is mirrored is listed position by position: a longer list might take all memory. */
const MOST_POSITIONS = 1 << 26;

function checkLengths(shape: Shape, margins: readonly Margin[]): void {
  const sizes = shape.map((size, d) => size + margins[d][0] + margins[d][1]);
  if (numelOf(sizes) <= MOST_POSITIONS) return;
  throw new RangeError(
    `pad: expected at most ${MOST_POSITIONS} elements of a mirrored border, got shape [${sizes.join(", ")}]`,
  );
}

/** Only the dimension of a batch may be empty. */
function checkFilled(shape: Shape, padded: number): void {
  const batched = shape.length === padded + 2;
  if (!(batched ? shape.slice(1) : shape).includes(0)) return;
  throw new RangeError(
    `Expected ${padded + 1}D or ${padded + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions ` +
      `for input, but got: [${shape.join(", ")}]`,
  );
}

function checkReflection(shape: Shape, margins: readonly Margin[], padded: number): void {
  for (let i = 0; i < padded; i++) {
    const d = shape.length - 1 - i;
    const [before, after] = margins[d];
    if (before < shape[d] && after < shape[d]) continue;
    throw new RangeError(
      `Argument #${4 + 2 * i}: Padding size should be less than the corresponding input dimension, but got: padding ` +
        `(${before}, ${after}) at dimension ${d} of input [${shape.join(", ")}]`,
    );
  }
}

function checkOutput(
  shape: Shape,
  margins: readonly Margin[],
  padded: number,
  mode: "reflect" | "replicate",
): void {
  const before = shape.slice(-padded);
  const after = margins.slice(-padded).map(([first, last], d) => before[d] + first + last);
  // As torch does, which lets a reflection in several dimensions be empty.
  const enough = mode === "reflect" ? after.some((size) => size >= 1) : after.every((size) => size >= 1);
  if (enough && after.every((size) => size >= 0)) return;
  const named = (sizes: readonly number[], between: string): string =>
    sizes.map((size, d) => `${AXES[padded - 1 - d]}: ${size}`).join(between);
  const [input, output] = [named(before, ", "), named(after, " ")];
  throw new RangeError(
    padded === 1 || mode === "reflect"
      ? `input (${input}) is too small. Calculated output ${output}`
      : `Calculated output ${output} must be >= 1 in every dimension (input ${input})`,
  );
}

/** Where the elements of the padded dimensions come from. */
function mirrored(
  shape: Shape,
  margins: readonly Margin[],
  padded: number,
  mode: "reflect" | "replicate",
): Selection {
  const lead = shape.length - padded;
  const sizes = shape.map((size, d) => size + margins[d][0] + margins[d][1]);
  let positions: Uint32Array = Uint32Array.of(0);
  for (let d = lead; d < shape.length; d++) {
    const sources = Array.from({ length: sizes[d] }, (_, i) => source(i - margins[d][0], shape[d], mode));
    const outer = positions;
    positions = Uint32Array.from({ length: outer.length * sources.length }, (_, k) => {
      return outer[Math.floor(k / sources.length)] * shape[d] + sources[k % sources.length];
    });
  }
  return {
    from: shape,
    order: shape.map((_, d) => d),
    outer: numelOf(shape.slice(0, lead)),
    size: numelOf(shape.slice(lead)),
    inner: 1,
    positions,
    shape: sizes,
  };
}

/** The element that stands at `i` of a dimension of `size`, which may lie outside. */
function source(i: number, size: number, mode: "reflect" | "replicate"): number {
  if (mode === "replicate") return Math.min(Math.max(i, 0), size - 1);
  if (i < 0) return -i;
  return i < size ? i : 2 * (size - 1) - i;
}
