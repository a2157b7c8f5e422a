import type { DType } from "../../ndarray/dtype.js";
import { fixed, scientific } from "./decimal.js";

/**
 * One element as JavaScript holds it: bigint for int64, boolean for bool, a pair for complex
 * dtypes.
 */
export type Element = number | bigint | boolean | { re: number; im: number };

/**
 * How the elements of one printed tensor are written: all in the same notation, and padded to one
 * width.
 */
export interface Column {
  /** Characters an element takes, from which the number of elements a line follows. */
  readonly width: number;
  text(element: Element): string;
}

/** The options a column depends on. */
interface Notation {
  readonly precision: number;
  readonly sciMode: boolean | null;
}

type ColumnMaker = (elements: readonly Element[], notation: Notation) => Column;

const floating: ColumnMaker = (elements, notation) => floatColumn(elements as readonly number[], notation);

const COLUMNS: Record<DType, ColumnMaker> = {
  float16: floating,
  bfloat16: floating,
  float32: floating,
  float64: floating,
  int8: wordColumn,
  int16: wordColumn,
  int32: wordColumn,
  int64: wordColumn,
  uint8: wordColumn,
  bool: wordColumn,
  complex64: complexColumn,
  complex128: complexColumn,
};

/** The column that fits `elements`, which are all the elements that will be printed. */
export function columnOf(dtype: DType, elements: readonly Element[], notation: Notation): Column {
  return COLUMNS[dtype](elements, notation);
}

/** Integers and booleans: right-aligned words. */
function wordColumn(elements: readonly Element[]): Column {
  return aligned(elements as readonly (number | bigint | boolean)[], (element) => {
    if (typeof element === "boolean") return element ? "True" : "False";
    return String(element);
  });
}

/**
 * Zeros, infinities and NaN neither choose the notation nor widen the column: torch looks at the
 * others only.
 */
function floatColumn(elements: readonly number[], notation: Notation): Column {
  const measured = elements.filter((value) => value !== 0 && Number.isFinite(value));
  return aligned(measured, floatWriter(measured, notation));
}

/** Real and imaginary part have a notation and a width each. */
function complexColumn(elements: readonly Element[], notation: Notation): Column {
  const pairs = elements as readonly { re: number; im: number }[];
  const real = floatColumn(
    pairs.map((pair) => pair.re),
    notation,
  );
  const imaginary = floatColumn(
    pairs.map((pair) => pair.im),
    notation,
  );
  return {
    width: real.width + imaginary.width + 1,
    text(element) {
      const { re, im } = element as { re: number; im: number };
      const tail = imaginary.text(im).trimStart();
      return `${real.text(re)}${tail.startsWith("-") ? "" : "+"}${tail}j`;
    },
  };
}

/**
 * Picks scientific, integral (`3.`) or fixed notation for the whole column by torch's thresholds.
 */
function floatWriter(measured: readonly number[], notation: Notation): (value: number) => string {
  const { precision } = notation;
  if (measured.length > 0 && (notation.sciMode ?? spansTooFar(measured))) {
    return (value) => scientific(value, precision);
  }
  if (measured.every(Number.isInteger)) {
    return (value) => (Number.isFinite(value) ? `${fixed(value, 0)}.` : fixed(value, 0));
  }
  return (value) => fixed(value, precision);
}

function spansTooFar(measured: readonly number[]): boolean {
  let smallest = Infinity;
  let largest = 0;
  for (const value of measured) {
    smallest = Math.min(smallest, Math.abs(value));
    largest = Math.max(largest, Math.abs(value));
  }
  return largest / smallest > 1000 || largest > 1e8 || smallest < 1e-4;
}

function aligned<T extends Element>(measured: readonly T[], write: (element: T) => string): Column {
  const width = measured.reduce((widest, element) => Math.max(widest, write(element).length), 1);
  return { width, text: (element) => write(element as T).padStart(width) };
}
