import { InputError, quoted } from "../../input-error.js";
import { piecesOf, type Source } from "../../sources/source.js";
import { type Batch, BatchReader, type TableOptions } from "../columns/batches.js";
import { type Labelled, Labels } from "../columns/labels.js";
import { Growing } from "../csv/growing.js";
import { decodeText } from "../csv/text.js";
import { counted, MISSING_WAY } from "../missing.js";
import { type Line, linesOf } from "./lines.js";
import { FieldPicker, isOverflow, numberOf, parseLine, shown } from "./values.js";

interface Options extends TableOptions {
  /** The field of objects; of those within others with dots. */
  readonly column?: string;
  readonly encoding?: string;
}

/** Opens JSON lines: a number, a list of numbers, or an object with such a field in each line. */
export async function openJsonLines(source: Source, options: Options): Promise<BatchReader> {
  const lines = linesIn(source, options);
  const next = await lines.next();
  const head = next.done ? [] : next.value;
  if (head.length === 0)
    throw new InputError(`${source.name}: the file is empty; expected a value of JSON in each line`);
  const first = parseLine(head[0], source.name);
  const picker = new FieldPicker(source.name, first, options.column);
  const value = picker.pick(first, head[0].number);
  const length = Array.isArray(value) && !options.labels ? value.length : undefined;
  const shape = length === undefined ? null : [await countLines(source, options), length];
  const name = picker.name === undefined ? source.name : `${source.name}, column ${quoted(picker.name)}`;
  const notes: string[] = [];
  const labels = options.labels ? new Labels(name) : null;
  const column = {
    name,
    format: "jsonl",
    dtype: "float64",
    shape,
    keepMissing: options.keepMissing,
    notes,
    labels: labels?.texts,
  } as const;
  const values = new LineValues(source.name, picker, { ...options, length, labels });
  return new BatchReader(source, column, batchesOf(prepended(head, lines), values, notes));
}

function linesIn(source: Source, { encoding }: Options): AsyncGenerator<Line[]> {
  return linesOf(decodeText(piecesOf(source), source.name, encoding), source.name);
}

/** Lists make a matrix, whose shape must be known before its elements are. */
async function countLines(source: Source, options: Options): Promise<number> {
  if (!source.seekable)
    throw new InputError(`${source.name}: expected lists in a file of its own, got them in a stream`);
  let count = 0;
  for await (const lines of linesIn(source, options)) count += lines.length;
  return count;
}

async function* prepended(head: Line[], rest: AsyncGenerator<Line[]>): AsyncGenerator<Line[]> {
  yield head;
  yield* rest;
}

async function* batchesOf(
  pieces: AsyncGenerator<Line[]>,
  values: LineValues,
  notes: string[],
): AsyncGenerator<Batch> {
  for await (const lines of pieces) {
    for (const line of lines) values.take(line);
    yield values.batch();
  }
  notes.push(...values.finish());
}

interface Way {
  /** How many elements each list has; undefined where there are no lists. */
  readonly length: number | undefined;
  readonly keepMissing: boolean;
  /** What values become places in, where they tell groups. */
  readonly labels: Labels | null;
}

/** The numbers of the lines. */
class LineValues {
  #numbers = new Growing();
  #missing: number[] = [];
  #overflowed = 0;

  constructor(
    private readonly path: string,
    private readonly picker: FieldPicker,
    private readonly way: Way,
  ) {}

  take(line: Line): void {
    const value = this.picker.pick(parseLine(line, this.path), line.number);
    const { length } = this.way;
    if (length === undefined) this.#push(value, line);
    else if (value === null) for (let i = 0; i < length; i++) this.#push(null, line);
    else if (Array.isArray(value) && value.length === length) for (const one of value) this.#push(one, line);
    else throw this.#fail(line, `expected a list of ${length} numbers, got ${shown(value)}`);
  }

  batch(): Batch {
    const stored = this.#numbers.take();
    const batch = { stored: new Uint8Array(stored.buffer, 0, stored.byteLength), missing: this.#missing };
    this.#numbers = new Growing();
    this.#missing = [];
    return batch;
  }

  finish(): string[] {
    this.picker.finish();
    if (this.#overflowed === 0) return [];
    return [`${counted(this.#overflowed, "number")} too large for float64, read as infinity`];
  }

  #push(value: unknown, line: Line): void {
    const { labels, keepMissing } = this.way;
    if (labels) {
      this.#numbers.push(labels.codeOf(this.#labelled(value, line)));
      return;
    }
    const number = numberOf(value);
    if (number !== undefined) {
      if (isOverflow(value)) this.#overflowed++;
      this.#numbers.push(number);
    } else if (value === null) {
      if (!keepMissing) throw this.#fail(line, `expected a number, got null or nothing; ${MISSING_WAY}`);
      this.#missing.push(this.#numbers.length);
      this.#numbers.push(NaN);
    } else throw this.#fail(line, `expected a number, got ${shown(value)}`);
  }

  /** What tells a group. */
  #labelled(value: unknown, line: Line): Labelled {
    if (value === null || typeof value === "boolean") return value;
    const number = numberOf(value);
    if (number === undefined && typeof value === "string") return value;
    if (number === undefined) throw this.#fail(line, `expected a text or a number, got ${shown(value)}`);
    // Others may have been rounded to one.
    if (Math.abs(number) <= Number.MAX_SAFE_INTEGER || !Number.isFinite(number)) return number;
    throw this.#fail(line, `expected numbers up to 2^53 as groups, or texts, got ${number}`);
  }

  #fail({ number }: Line, what: string): InputError {
    return new InputError(`${this.path}: line ${number}: ${what}`);
  }
}
