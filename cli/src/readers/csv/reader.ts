import { quoted } from "../../input-error.js";
import type { Source } from "../../sources/source.js";
import { piecesOf } from "../../sources/source.js";
import { Labels } from "../columns/labels.js";
import type { Elements } from "../dtypes.js";
import { counted, missingNote } from "../missing.js";
import type { ArrayReader } from "../reader.js";
import { ColumnParser, type CsvOptions, type Sink } from "./column.js";
import { Growing } from "./growing.js";
import { decodeText } from "./text.js";

/** One column of a table in text, whose end alone tells how long it is. */
export class CsvReader implements ArrayReader, Sink {
  readonly name: string;
  readonly format = "csv";
  readonly dtype = "float64";
  readonly held = "float64";
  readonly shape = null;
  readonly order = "C";
  readonly #text: AsyncIterator<string>;
  readonly #parser: ColumnParser;
  readonly #notes: string[] = [];
  /** What the texts of a column that tells groups are places in. */
  readonly #labels: Labels;
  readonly labels: readonly string[] | undefined;
  /** Numbers of the piece of text that was read last, and how many of them were handed over. */
  #numbers = new Growing();
  #ready: Float64Array = new Float64Array(0);
  #missing = 0;
  #ended = false;
  #bytes = 0;

  constructor(
    private readonly source: Source,
    options: CsvOptions,
    encoding?: string,
  ) {
    const { column, labels } = options;
    this.name = column === undefined ? source.name : `${source.name}, column ${quoted(column)}`;
    this.#labels = new Labels(this.name);
    this.labels = labels ? this.#labels.texts : undefined;
    this.#text = decodeText(this.#pieces(), source.name, encoding);
    this.#parser = new ColumnParser(source.name, options, this);
  }

  get notes(): readonly string[] {
    return this.#notes;
  }

  get bytesRead(): number {
    return this.#bytes;
  }

  async read(into: Elements): Promise<number> {
    const to = into as Float64Array;
    let length = 0;
    while (length < to.length) {
      if (this.#ready.length === 0 && !(await this.#fill())) break;
      const numbers = this.#ready.subarray(0, to.length - length);
      to.set(numbers, length);
      length += numbers.length;
      this.#ready = this.#ready.subarray(numbers.length);
    }
    return length;
  }

  close(): Promise<void> {
    return this.source.close();
  }

  push(value: number): void {
    this.#numbers.push(value);
  }

  pushLabel(text: string): void {
    this.push(this.#labels.codeOf(text));
  }

  pushMissing(): void {
    this.#missing++;
    this.push(NaN);
  }

  /** Whether more numbers are ready. */
  async #fill(): Promise<boolean> {
    while (this.#numbers.length === 0 && !this.#ended) {
      const next = await this.#text.next();
      if (next.done) await this.#end();
      else await this.#parser.write(next.value);
    }
    this.#ready = this.#numbers.take();
    this.#numbers = new Growing();
    return this.#ready.length > 0;
  }

  async #end(): Promise<void> {
    this.#ended = true;
    const { overflowed, notes } = await this.#parser.end();
    this.#notes.push(...notes);
    if (this.#missing > 0) this.#notes.push(missingNote(this.#missing));
    if (overflowed > 0)
      this.#notes.push(`${counted(overflowed, "number")} too large for float64, read as infinity`);
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of piecesOf(this.source)) {
      this.#bytes += piece.length;
      yield piece;
    }
  }
}
