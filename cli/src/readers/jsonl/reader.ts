import { InputError, quoted } from "../../input-error.js";
import { piecesOf, type Source } from "../../sources/source.js";
import { type Batch, BatchReader } from "../columns/batches.js";
import { Growing } from "../csv/growing.js";
import { decodeText } from "../csv/text.js";
import { counted, MISSING_WAY } from "../missing.js";
import { type Line, linesOf } from "./lines.js";
import { FieldPicker, isOverflow, numberOf, parseLine, shown } from "./values.js";

interface Options {
  /** The field of objects; of those within others with dots. */
  readonly column?: string;
  readonly keepMissing: boolean;
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
  const length = Array.isArray(value) ? value.length : undefined;
  const shape = length === undefined ? null : [await countLines(source, options), length];
  const name = picker.name === undefined ? source.name : `${source.name}, column ${quoted(picker.name)}`;
  const notes: string[] = [];
  const column = {
    name,
    format: "jsonl",
    dtype: "float64",
    shape,
    keepMissing: options.keepMissing,
    notes,
  } as const;
  const values = new LineValues(source.name, picker, length, options.keepMissing);
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

/** The numbers of the lines. */
class LineValues {
  #numbers = new Growing();
  #missing: number[] = [];
  #overflowed = 0;

  constructor(
    private readonly path: string,
    private readonly picker: FieldPicker,
    /** How many elements each list has; undefined where there are no lists. */
    private readonly length: number | undefined,
    private readonly keepMissing: boolean,
  ) {}

  take(line: Line): void {
    const value = this.picker.pick(parseLine(line, this.path), line.number);
    const { length } = this;
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
    const number = numberOf(value);
    if (number !== undefined) {
      if (isOverflow(value)) this.#overflowed++;
      this.#numbers.push(number);
    } else if (value === null) {
      if (!this.keepMissing) throw this.#fail(line, `expected a number, got null or nothing; ${MISSING_WAY}`);
      this.#missing.push(this.#numbers.length);
      this.#numbers.push(NaN);
    } else throw this.#fail(line, `expected a number, got ${shown(value)}`);
  }

  #fail({ number }: Line, what: string): InputError {
    return new InputError(`${this.path}: line ${number}: ${what}`);
  }
}
