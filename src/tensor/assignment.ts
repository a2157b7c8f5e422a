/** Assignment to parts of a tensor: what Python writes x[index] = values, and masked_fill. */
import { C_NAMES, checkFits, type DType, dtypes, isComplex, type Scalar } from "../ndarray/dtype.js";
import { NdArray } from "../ndarray/ndarray.js";
import { assign, fillMasked } from "../ndarray/operations.js";
import type { NoParameters, PutParameters } from "../ndarray/parameters.js";
import { broadcastShapes, checkBroadcastsInto, sameShape } from "../ndarray/shape.js";
import { isGradEnabled } from "../autograd/mode.js";
import { apply, type Wrap } from "../autograd/record.js";
import { describeValue } from "../core/describe.js";
import { MAXIMUM_DIMENSIONS } from "../core/memory.js";
import { takeList } from "../core/options.js";
import { copy } from "../ndarray/elementwise.js";
import { expandedShape } from "./arguments.js";
import { checkTarget, rewrite, type Target } from "./in-place.js";
import { readScatter } from "./ranking.js";
import { type IsTensor, type Reading, readIndex } from "./indexing.js";

/** What assignments know of the class that they serve. */
interface Maker<V extends Target> {
  readonly isTensor: IsTensor<V>;
  readonly wrap: Wrap<V>;
}

/** What is to be put where, read and checked. */
interface Assignment<V> {
  readonly values: V;
  readonly parameters: PutParameters;
  /** Whether a view of the target is written. */
  readonly viewed: boolean;
}

function readAssignment<V extends Target>(
  caller: string,
  x: V,
  indices: unknown,
  values: unknown,
  accumulate: boolean,
  maker: Maker<V>,
): Assignment<V> {
  if (!Array.isArray(indices)) {
    throw new TypeError(
      `${caller}: expected the arguments of at() as an array, such as [mask] or [":", "1:3"], got ${describeValue(indices)}`,
    );
  }
  const given = takeValues(caller, values, maker.isTensor);
  const reading = readIndex(
    caller,
    x,
    takeList(
      caller,
      indices,
      (index) => index,
      (length) => {
        checkCount(caller, length);
      },
    ),
    maker.isTensor,
  );
  const { steps, selection } = reading;
  const source = readValues(caller, x, given, maker);
  const stripped = withoutLeadingOnes(source);
  if (selection) checkSelected(x, reading, source, stripped.shape);
  else expandedShape(stripped.shape, reading.shape);
  return {
    values: stripped,
    parameters: { steps, selection, accumulate, node: nodeOf(reading, x, source, accumulate) },
    viewed: isViewed(steps),
  };
}

/** torch's name of the derivative: of a view, by index tensors, of all of a tensor. */
function nodeOf({ steps, selection }: Reading, x: Target, values: Target, accumulate: boolean): string {
  if (!accumulate && isViewed(steps)) return "CopySlices";
  if (selection || accumulate) return "IndexPutBackward0";
  return values.shape.length === 0 && x.shape.length > 0 ? "FillBackward3" : "CopyBackwards";
}

function isViewed(steps: Reading["steps"]): boolean {
  return steps.some(({ name }) => name !== "alias");
}

/** Each index takes a dimension or adds one, but for one ellipsis. */
const MOST_INDICES = 2 * MAXIMUM_DIMENSIONS + 1;

function checkCount(caller: string, length: number): void {
  if (length <= MOST_INDICES) return;
  throw new RangeError(`${caller}: expected at most ${MOST_INDICES} indices, got ${length}`);
}

/**
 * The values, each part read once. It comes before anything else is looked at, since getters may
 * replace or dispose of the operands.
 */
function takeValues<V>(caller: string, values: unknown, isTensor: IsTensor<V>): V | Scalar {
  if (isTensor(values)) return values;
  if (typeof values === "boolean" || typeof values === "number" || typeof values === "bigint") return values;
  const { re, im } = (values ?? {}) as { re?: unknown; im?: unknown };
  if (typeof re === "number" && typeof im === "number") return { re, im };
  throw new TypeError(`${caller}: expected a Tensor or a number as values, got ${describeValue(values)}`);
}

/** Values as a tensor: a plain one takes the target's dtype. */
function readValues<V extends Target>(caller: string, x: V, values: V | Scalar, maker: Maker<V>): V {
  if (maker.isTensor(values)) {
    values.checkAlive(caller);
    return values;
  }
  return maker.wrap(NdArray.scalar(x.dtype, readScalar(values, x.dtype)), null, null);
}

/** A plain value that an element of `dtype` can be; torch's error for another. */
function readScalar(value: Scalar, dtype: DType): Scalar {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number" || typeof value === "bigint") {
    checkFits(value, dtype);
    return isComplex(dtype) || typeof value === "number" || dtype === "int64" ? value : Number(value);
  }
  if (!isComplex(dtype)) throw new RangeError(`value cannot be converted to type ${dtype} without overflow`);
  return value;
}

function withoutLeadingOnes<V extends Target>(values: V): V {
  const first = values.shape.findIndex((size) => size !== 1);
  const shape = first < 0 ? [] : values.shape.slice(first);
  return shape.length === values.shape.length ? values : (values.reshape(shape) as V);
}

function checkSelected(x: Target, { shape }: Reading, values: Target, stripped: readonly number[]): void {
  if (!broadcastsTo(stripped, shape)) {
    throw new RangeError(
      `shape mismatch: value tensor of shape [${stripped.join(", ")}] cannot be broadcast to indexing result of shape ` +
        `[${shape.join(", ")}]`,
    );
  }
  if (values.dtype === x.dtype || values.nd.numel === 1) return;
  throw new TypeError(
    `Index put requires the source and destination dtypes match, got ${dtypes[x.dtype].torchName} for the destination and ` +
      `${dtypes[values.dtype].torchName} for the source.`,
  );
}

function broadcastsTo(from: readonly number[], shape: readonly number[]): boolean {
  try {
    return sameShape(broadcastShapes(from, shape), shape);
  } catch {
    return false;
  }
}

/** See Tensor.indexPut. */
export function indexPut<V extends Target>(
  x: V,
  indices: unknown,
  values: unknown,
  accumulate: boolean,
  maker: Maker<V>,
): V {
  const read = readAssignment("indexPut", x, indices, values, accumulate, maker);
  return apply("indexPut", [x, read.values], read.parameters, maker.wrap);
}

/** See Tensor.indexPut_. */
export function indexPutInPlace<V extends Target>(
  x: V,
  indices: unknown,
  values: unknown,
  accumulate: boolean,
  maker: Maker<V>,
): void {
  const {
    values: source,
    parameters,
    viewed,
  } = readAssignment("indexPut_", x, indices, values, accumulate, maker);
  change(x, [source], viewed, {
    recorded: (before) => apply("indexPut", [before, source], parameters, maker.wrap),
    plain: () => {
      assign(x.nd, source.nd, parameters);
    },
    wrap: maker.wrap,
  });
}

/**
 * How a change in place is computed: with a history, as if the result were new, or straight into
 * the target.
 */
interface Change<V extends Target> {
  readonly recorded: (before: V) => V;
  readonly plain: () => void;
  readonly wrap: Wrap<V>;
}

function change<V extends Target>(x: V, others: readonly V[], viewed: boolean, how: Change<V>): void {
  const recorded = isGradEnabled() && [x, ...others].some(({ requiresGrad }) => requiresGrad);
  checkTarget(x, recorded, viewed);
  if (recorded) {
    const result = how.recorded(how.wrap(x.nd, x.node, null));
    copy(result.nd, x.nd);
    rewrite(x, result.node);
  } else {
    how.plain();
  }
  x.version.count++;
}

/** The filler of masked_fill as a 0-d tensor; torch's errors. */
function readFilling<V extends Target>(caller: string, x: V, mask: V, value: V | Scalar, maker: Maker<V>): V {
  x.checkAlive(caller);
  mask.checkAlive(caller);
  if (mask.dtype !== "bool") {
    throw new TypeError(
      `masked_fill_ only supports boolean masks, but got mask with dtype ${C_NAMES[mask.dtype]}`,
    );
  }
  const filler = readValues(caller, x, value, maker);
  if (filler.shape.length > 0) {
    throw new RangeError(
      `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${filler.shape.length} dimension(s).`,
    );
  }
  if (isComplex(filler.dtype) && !isComplex(x.dtype)) {
    throw new RangeError(`value cannot be converted to type ${x.dtype} without overflow`);
  }
  return filler;
}

/** torch has another derivative for a filler that may require grad itself. */
function fillingNode<V extends Target>(value: unknown, maker: Maker<V>): NoParameters {
  return maker.isTensor(value) ? { node: "MaskedFillBackward1" } : {};
}

/** See Tensor.maskedFill. */
export function maskedFill<V extends Target>(x: V, mask: V, value: unknown, maker: Maker<V>): V {
  const given = takeValues("maskedFill", value, maker.isTensor);
  const filler = readFilling("maskedFill", x, mask, given, maker);
  return apply("maskedFill", [x, mask, filler], fillingNode(value, maker), maker.wrap);
}

/** See Tensor.maskedFill_. */
export function maskedFillInPlace<V extends Target>(x: V, mask: V, value: unknown, maker: Maker<V>): void {
  const given = takeValues("maskedFill_", value, maker.isTensor);
  const filler = readFilling("maskedFill_", x, mask, given, maker);
  checkBroadcastsInto(x.shape, mask.shape);
  change(x, [filler], false, {
    recorded: (before) => apply("maskedFill", [before, mask, filler], fillingNode(value, maker), maker.wrap),
    plain: () => {
      fillMasked(x.nd, mask.nd, filler.nd);
    },
    wrap: maker.wrap,
  });
}

/** See Tensor.scatterAdd. */
export function scatterAdd<V extends Target>(x: V, dim: number, index: V, source: V, maker: Maker<V>): V {
  const { values, parameters } = readScatter<V>("scatterAdd", x, dim, index, source);
  return apply("indexPut", [x, values], parameters, maker.wrap);
}

/** See Tensor.scatterAdd_. */
export function scatterAddInPlace<V extends Target>(
  x: V,
  dim: number,
  index: V,
  source: V,
  maker: Maker<V>,
): void {
  const { values, parameters } = readScatter<V>("scatterAdd_", x, dim, index, source);
  change(x, [values], false, {
    recorded: (before) => apply("indexPut", [before, values], parameters, maker.wrap),
    plain: () => {
      assign(x.nd, values.nd, parameters);
    },
    wrap: maker.wrap,
  });
}
