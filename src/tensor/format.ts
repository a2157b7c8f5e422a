import { takeOptions } from "../core/options.js";
import type { DType } from "../ndarray/dtype.js";
import { columnOf } from "./format/column.js";
import type { Column, Element } from "./format/column.js";

/** How tensors are printed; each option means what it means in `torch.set_printoptions`. */
export interface PrintOptions {
  /** Decimals of floating-point elements, 0 to 100. Default 4. */
  precision?: number;
  /**
   * Tensors of more elements than this are summarised; Infinity prints them whole. Default 1000.
   */
  threshold?: number;
  /** Elements a summary keeps at each end of a dimension. Default 3. */
  edgeItems?: number;
  /** Characters a line may take before elements wrap. Default 80. */
  lineWidth?: number;
  /** Whether to use scientific notation; null (default) lets the values decide. */
  sciMode?: boolean | null;
}

/** What printing needs to know of a tensor. */
export interface PrintSource {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly requiresGrad: boolean;
  /** Name of the function that made the tensor, such as `MeanBackward0`; null for a leaf. */
  readonly gradFn: string | null;
  /**
   * The element at a logical row-major index; called once for each element printed, and for no
   * other.
   */
  at(flatIndex: number): Element;
}

/** All options of printing, read and checked. */
export type Settings = Readonly<Required<PrintOptions>>;

/**
 * The elements to print, nested as the tensor is, with a gap where a summary leaves elements out.
 */
type Part = Element | typeof GAP | Part[];

/** A suffix as printed, and as torch spells it: see `appendSuffixes`. */
interface Suffix {
  readonly text: string;
  readonly torch: string;
}

const GAP = "...";
const PREFIX = "tensor(";

/** Dtypes that torch's reader would infer from the elements, so that no suffix is needed. */
const INFERRED: readonly DType[] = ["float32", "complex64", "int64", "bool"];

/**
 * The text PyTorch prints for a tensor, with `torch.` left out and torch's names spelt in
 * camelCase: `tensor([0.5000, 2.0000], dtype=float64, requiresGrad=true)`.
 */
export function formatTensor(source: PrintSource, settings: Settings): string {
  const isEmpty = source.shape.includes(0);
  const body = isEmpty ? "[]" : printElements(source, settings);
  return appendSuffixes(PREFIX + body, suffixesOf(source, isEmpty, settings), settings.lineWidth);
}

function printElements(source: PrintSource, settings: Settings): string {
  const numel = source.shape.reduce((product, length) => product * length, 1);
  const edge = numel > settings.threshold ? settings.edgeItems : Infinity;
  const elements: Element[] = [];
  const shown = readShown(source, edge, elements);
  const column = columnOf(source.dtype, elements, settings);
  return layOut(shown, source.shape.length, PREFIX.length, column, settings);
}

/**
 * Reads what is to be printed: `edge` entries at either end of each dimension. Pushes each element
 * to `elements` too.
 */
function readShown(source: PrintSource, edge: number, elements: Element[], dim = 0, row = 0): Part {
  if (dim === source.shape.length) {
    const element = source.at(row);
    elements.push(element);
    return element;
  }
  const length = source.shape[dim];
  const entries = (from: number, to: number): Part[] =>
    Array.from({ length: to - from }, (_, i) =>
      readShown(source, edge, elements, dim + 1, row * length + from + i),
    );
  if (length <= 2 * edge) return entries(0, length);
  return [...entries(0, edge), GAP, ...entries(length - edge, length)];
}

/**
 * `dims` is the number of dimensions of `part`; `indent` the column its opening bracket stands in.
 */
function layOut(part: Part, dims: number, indent: number, column: Column, settings: Settings): string {
  if (dims === 0) return column.text(part as Element);
  if (dims === 1) return layOutVector(part as (Element | typeof GAP)[], indent, column, settings);
  const rows = (part as Part[]).map((row) =>
    row === GAP ? GAP : layOut(row, dims - 1, indent + 1, column, settings),
  );
  return `[${rows.join(`,${"\n".repeat(dims - 1)}${" ".repeat(indent + 1)}`)}]`;
}

function layOutVector(
  vector: readonly (Element | typeof GAP)[],
  indent: number,
  column: Column,
  settings: Settings,
): string {
  // Not padded to the column's width: torch puts one space before the dots, and none where they
  // stand alone.
  const gap = vector.length === 1 ? GAP : ` ${GAP}`;
  const words = vector.map((entry) => (entry === GAP ? gap : column.text(entry)));
  const perLine = Math.max(1, Math.floor((settings.lineWidth - indent) / (column.width + ", ".length)));
  const lines: string[] = [];
  for (let i = 0; i < words.length; i += perLine) lines.push(words.slice(i, i + perLine).join(", "));
  return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
}

function suffixesOf(source: PrintSource, isEmpty: boolean, settings: Settings): Suffix[] {
  const { shape, dtype, gradFn, requiresGrad } = source;
  const suffixes: Suffix[] = [];
  const sizeIsHidden = isEmpty ? shape.length !== 1 : settings.edgeItems === 0;
  if (sizeIsHidden) {
    const size = `size=(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
    suffixes.push({ text: size, torch: size });
  }
  const isInferred = isEmpty ? dtype === "float32" : INFERRED.includes(dtype);
  if (!isInferred) suffixes.push({ text: `dtype=${dtype}`, torch: `dtype=torch.${dtype}` });
  if (gradFn !== null) {
    suffixes.push({ text: `gradFn=<${gradFn}>`, torch: `grad_fn=<${gradFn}>` });
  } else if (requiresGrad) {
    suffixes.push({ text: "requiresGrad=true", torch: "requires_grad=True" });
  }
  return suffixes;
}

/**
 * Lines break where torch's longer spelling makes them break, so that our text and torch's compare
 * line by line. torch counts two characters more than the last line has, which decides where the
 * first suffix goes.
 */
function appendSuffixes(body: string, suffixes: readonly Suffix[], lineWidth: number): string {
  let text = body;
  let lineLength = body.length - body.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (lineLength + suffix.torch.length + ", ".length > lineWidth) {
      text += `,\n${" ".repeat(PREFIX.length)}${suffix.text}`;
      lineLength = PREFIX.length + suffix.torch.length;
    } else {
      text += `, ${suffix.text}`;
      lineLength += suffix.torch.length + ", ".length;
    }
  }
  return `${text})`;
}

const OPTIONS = [
  "precision",
  "threshold",
  "edgeItems",
  "lineWidth",
  "sciMode",
] as const satisfies (keyof PrintOptions)[];

/** @throws TypeError for an option of the wrong type, RangeError for one out of its range. */
export function readPrintOptions(options: PrintOptions): Settings {
  const taken = takeOptions("toString", options, OPTIONS);
  const { precision = 4, threshold = 1000, edgeItems = 3, lineWidth = 80, sciMode = null } = taken;
  check("precision", precision, isCount(precision) && precision <= 100, "an integer from 0 to 100");
  check("threshold", threshold, threshold >= 0, "0 or more");
  check("edgeItems", edgeItems, isCount(edgeItems), "an integer of 0 or more");
  check("lineWidth", lineWidth, isCount(lineWidth) && lineWidth >= 1, "an integer of 1 or more");
  if (sciMode !== null && typeof sciMode !== "boolean") {
    throw new TypeError(`toString: expected sciMode to be a boolean or null, got ${typeof sciMode}`);
  }
  return { precision, threshold, edgeItems, lineWidth, sciMode };
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function check(name: string, value: unknown, isInRange: boolean, range: string): void {
  if (typeof value !== "number") {
    throw new TypeError(`toString: expected ${name} to be a number, got ${typeof value}`);
  }
  if (!isInRange) throw new RangeError(`toString: expected ${name} to be ${range}, got ${value}`);
}
