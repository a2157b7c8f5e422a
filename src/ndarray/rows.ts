/**
 * Moves the elements of a selection (indices.ts): rows of `inner` elements from where positions
 * say, or there. What lies together moves as one block of memory.
 */
import { ExactSum } from "../core/exact-sum.js";
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { type DType, dtypes, isComplex, isFloating, roundFloat } from "./dtype.js";
import { contiguous, convert, copy, fill, pairs } from "./elementwise.js";
import { NdArray } from "./ndarray.js";
import type { Selection } from "./indices.js";
import { permute } from "./views.js";

type Words = Uint8Array | Uint16Array | Uint32Array;

/** Shorter rows are quicker word by word (measured: copyWithin takes as long as 8 to 16 words). */
const SHORT_ROW = 12;

/** Words of an element: moved as they are, so that a NaN keeps its bits. */
function wordsOf(x: NdArray): { words: Words; each: number; first: number } {
  const { size } = dtypes[x.dtype];
  const address = x.address();
  const { buffer } = memory();
  if (size === 1) return { words: new Uint8Array(buffer), each: 1, first: address };
  if (size === 2) return { words: new Uint16Array(buffer), each: 1, first: address / 2 };
  return { words: new Uint32Array(buffer), each: size / 4, first: address / 4 };
}

type Rows = Pick<Selection, "outer" | "size" | "inner" | "positions">;

/**
 * Copies rows between `whole`, where positions say, and `part`, where they follow each other; both
 * contiguous.
 */
function moveRows(
  whole: NdArray,
  part: NdArray,
  { outer, size, inner, positions }: Selection,
  put: boolean,
): void {
  if (outer * inner * positions.length === 0) return;
  operate(() => {
    moveWords(whole, part, { outer, size, inner, positions }, put);
  });
}

function moveWords(
  whole: NdArray,
  part: NdArray,
  { outer, size, inner, positions }: Rows,
  put: boolean,
): void {
  // An address may renew the memory's buffer: the views come after both.
  whole.address();
  part.address();
  const { words, each, first: base } = wordsOf(whole);
  const { first } = wordsOf(part);
  const length = inner * each;
  let next = first;
  for (let o = 0; o < outer; o++) {
    const start = base + o * size * length;
    for (const position of positions) {
      const there = start + position * length;
      const [from, to] = put ? [next, there] : [there, next];
      if (length > SHORT_ROW) words.copyWithin(to, from, from + length);
      else for (let i = 0; i < length; i++) words[to + i] = words[from + i];
      next += length;
    }
  }
}

/** The selected elements of `x`, in an array of their own. */
export function take(x: NdArray, selection: Selection): NdArray {
  const whole = contiguous(permute(x, selection.order));
  const out = NdArray.empty(x.dtype, selection.shape);
  moveRows(whole, out, selection, false);
  return out;
}

/** How elements meet what lies where they go: they replace it, or are added to it. */
type Meeting = "replace" | "add";

/**
 * Puts `values`, broadcast and converted, where `selection` says, into `target` itself. The last of
 * several for one place stays.
 */
export function put(target: NdArray, selection: Selection, values: NdArray, meeting: Meeting): NdArray {
  const own = values.storage === target.storage;
  const converted = own
    ? copy(values, NdArray.empty(target.dtype, values.shape))
    : convert(values, target.dtype);
  const rows = contiguous(converted.expanded(selection.shape));
  const permuted = permute(target, selection.order);
  const whole = contiguous(permuted);
  if (meeting === "add") addRows(whole, rows, selection);
  else moveRows(whole, rows, selection, true);
  if (whole.storage !== target.storage) copy(whole, permuted);
  return target;
}

/** Zeros with `values` where `selection` says. */
export function spread(values: NdArray, selection: Selection, meeting: Meeting): NdArray {
  return put(fill(NdArray.empty(values.dtype, selection.from), 0), selection, values, meeting);
}

/**
 * Adds rows to those of `whole`: what comes to one place is summed exactly with what is there,
 * and rounded once, so that the order of the index does not show. Integers wrap; bools are joined
 * by or.
 */
function addRows(whole: NdArray, rows: NdArray, selection: Selection): void {
  if (isComplex(whole.dtype)) {
    addRows(pairs(whole), pairs(rows), { ...selection, inner: 2 * selection.inner });
    return;
  }
  const wide = wideType(whole.dtype);
  const sums = convert(whole, wide);
  const terms = convert(rows, wide);
  operate(() => {
    // An address may renew the memory's buffer: the views come after both.
    sums.address();
    terms.address();
    const add = wide === "int64" ? integerAdder(sums, terms) : floatAdder(sums, terms, whole.dtype);
    addEach(selection, add);
  });
  if (sums !== whole) copy(sums, whole);
}

function addEach(selection: Selection, add: Adder): void {
  const { outer, size, inner, positions } = selection;
  const { heads, nexts } = linksOf(selection);
  for (let o = 0; o < outer; o++) {
    const first = o * positions.length * inner;
    positions.forEach((position, k) => {
      if (heads[position] !== k + 1) return;
      const place = (o * size + position) * inner;
      for (let i = 0; i < inner; i++) add(place + i, { first: first + i, inner, k, nexts });
    });
  }
}

/**
 * The rows of each position as a linked list: heads has the first row of a position, nexts the
 * one after each row; rows count from 1, and 0 ends a list. The zeros of a long array take no
 * memory until they are written.
 */
function linksOf({ size, positions }: Selection): { heads: Uint32Array; nexts: Uint32Array } {
  const heads = new Uint32Array(size);
  const nexts = new Uint32Array(positions.length);
  for (let k = positions.length - 1; k >= 0; k--) {
    nexts[k] = heads[positions[k]];
    heads[positions[k]] = k + 1;
  }
  return { heads, nexts };
}

/**
 * What sums are computed in: it holds each element of `dtype`, and what roundFloat makes of a sum.
 */
function wideType(dtype: DType): DType {
  if (!isFloating(dtype)) return "int64";
  return dtype === "float64" ? dtype : "float32";
}

/** The terms of a sum: those of rows k, nexts[k] - 1, and so on, each at first + row * inner. */
interface Terms {
  readonly first: number;
  readonly inner: number;
  readonly k: number;
  readonly nexts: Uint32Array;
}
/** Adds terms to the element at `place`. */
type Adder = (place: number, terms: Terms) => void;

function integerAdder(whole: NdArray, rows: NdArray): Adder {
  const sums = whole.numbers() as BigInt64Array;
  const numbers = rows.numbers() as BigInt64Array;
  return (place, { first, inner, k, nexts }) => {
    for (let row = k + 1; row !== 0; row = nexts[row - 1]) sums[place] += numbers[first + (row - 1) * inner];
  };
}

function floatAdder(whole: NdArray, rows: NdArray, dtype: DType): Adder {
  const exact = new ExactSum();
  const sums = whole.numbers() as Float64Array;
  const numbers = rows.numbers() as Float64Array;
  return (place, { first, inner, k, nexts }) => {
    // A float64 sum of two numbers rounds to a narrower type as the exact one would.
    if (nexts[k] === 0) {
      sums[place] = roundFloat(dtype, sums[place] + numbers[first + k * inner]);
      return;
    }
    exact.reset();
    exact.add(sums[place]);
    for (let row = k + 1; row !== 0; row = nexts[row - 1]) exact.add(numbers[first + (row - 1) * inner]);
    sums[place] = roundFloat(dtype, exact.value());
  };
}

/**
 * Sets the elements of the contiguous `target` to `value`, a 0-d array of its dtype, where the
 * contiguous `mask` says.
 */
export function fillWhere(target: NdArray, mask: NdArray, value: NdArray): NdArray {
  operate(() => {
    target.address();
    mask.address();
    value.address();
    const { words, each, first } = wordsOf(target);
    const { first: from } = wordsOf(value);
    const { bytes } = memory();
    const chosen = mask.address();
    for (let i = 0; i < target.numel; i++) {
      if (bytes[chosen + i] === 0) continue;
      for (let w = 0; w < each; w++) words[first + i * each + w] = words[from + w];
    }
  });
  return target;
}
