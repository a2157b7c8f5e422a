import { CsvError, parse, type Parser } from "csv-parse";
import { InputError, quoted } from "../../input-error.js";
import { MISSING_WAY } from "../missing.js";
import { readHeading, type HeaderChoice, type Heading } from "./header.js";
import { isMissing, optionsFor, PLAIN, toNumber, type NumberFormat } from "./number-format.js";

/** A line longer than this is none: a quote that is not closed, or a file that is no table. */
const LONGEST_RECORD = 2 ** 24;

export interface CsvOptions {
  /** The column's name, or "#2" for the second; may be left out where there is only one. */
  column?: string;
  header?: HeaderChoice;
  delimiter?: string;
  /** What a line that is no data begins with. */
  comment?: string;
  format?: NumberFormat;
  /** Whether missing cells are handed over, or an error. */
  keepMissing?: boolean;
  /** Whether cells are texts, which are handed over as they are, the missing ones as empty ones. */
  labels?: boolean;
}

/** Who takes the numbers of a column, one after another. */
export interface Sink {
  push(value: number): void;
  pushLabel(text: string): void;
  /** A cell without a value. */
  pushMissing(): void;
}

/** What is known of a column at its end. */
export interface Ending {
  /** How many numbers with digits are too large for float64. */
  readonly overflowed: number;
  /** What was decided for the user, one sentence each, without the file's name. */
  readonly notes: string[];
}

/** Takes the text of a file piece by piece, and hands over the numbers of one column. */
export class ColumnParser {
  readonly #path: string;
  readonly #rows: RowReader;
  readonly #parser: Parser;
  #failure: Error | undefined;

  constructor(path: string, options: CsvOptions, sink: Sink) {
    this.#path = path;
    this.#rows = new RowReader(path, options, sink);
    this.#parser = parse({
      delimiter: options.delimiter ?? ",",
      comment: options.comment ?? null,
      comment_no_infix: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      max_record_size: LONGEST_RECORD,
      trim: true,
      skip_empty_lines: true,
      on_record: (row: string[], { lines, empty_lines }) => (this.#rows.take(row, lines, empty_lines), null),
    });
    this.#parser.on("error", (error) => (this.#failure ??= error));
    this.#parser.resume();
  }

  /** @throws InputError for what is no CSV, or no number */
  write(text: string): Promise<void> {
    return this.#done((callback) => this.#parser.write(text, callback));
  }

  /** @throws InputError also for a file without a row */
  async end(): Promise<Ending> {
    await this.#done((callback) => this.#parser.end(callback));
    return this.#rows.finish();
  }

  async #done(work: (callback: (error?: Error | null) => void) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      work((error) => {
        this.#failure ??= error ?? undefined;
        resolve();
      });
    });
    const failure = this.#failure;
    if (failure instanceof CsvError) throw new InputError(`${this.#path}: ${explainCsvError(failure)}`);
    if (failure) throw failure;
  }
}

const CSV_PROBLEMS = new Map<string, string>([
  ["CSV_QUOTE_NOT_CLOSED", "a quote is not closed"],
  ["CSV_INVALID_CLOSING_QUOTE", "something follows a closing quote"],
  ["INVALID_OPENING_QUOTE", "a quote stands in the middle of a cell"],
  ["CSV_MAX_RECORD_SIZE", `a line is longer than ${LONGEST_RECORD.toLocaleString("en")} bytes`],
]);

function explainCsvError(error: CsvError): string {
  const problem = CSV_PROBLEMS.get(error.code) ?? error.message;
  return `line ${String(error.lines)}: not readable as CSV: ${problem}`;
}

/** Takes row after row: the first may be a header, the others are a number each. */
class RowReader {
  readonly #path: string;
  readonly #options: CsvOptions;
  readonly #format: NumberFormat;
  readonly #sink: Sink;
  #length = 0;
  #heading: Heading | undefined;
  #firstRow: string[] = [];
  #emptyLines = 0;
  #overflowed = 0;

  constructor(path: string, options: CsvOptions, sink: Sink) {
    this.#path = path;
    this.#options = options;
    this.#format = options.format ?? PLAIN;
    this.#sink = sink;
  }

  /** `emptyLines` counts those of the whole file before this row. */
  take(row: string[], line: number, emptyLines: number): void {
    const emptyBefore = emptyLines - this.#emptyLines;
    this.#emptyLines = emptyLines;
    if (this.#heading === undefined) {
      this.#heading = this.#read(row);
      this.#firstRow = row;
      if (!this.#heading.isData) return;
    } else if (emptyBefore > 0 && this.#heading.width === 1) {
      // Among rows of one cell, an empty line is a row whose cell is missing. Below the last, it is
      // none.
      for (let i = 0; i < emptyBefore; i++) this.#takeMissing("an empty line", line - emptyBefore + i);
    }
    const { index, width } = this.#heading;
    if (row.length !== width) throw this.#fail(line, `expected ${counted(width)}, got ${row.length}`, row);
    this.#takeCell(row[index], line);
  }

  finish(): Ending {
    const heading = this.#heading;
    if (!heading) throw new InputError(`${this.#path}: the file is empty; expected a column of numbers`);
    if (this.#length === 0) {
      throw new InputError(`${this.#path}: there is a header but no row under it`);
    }
    return { overflowed: this.#overflowed, notes: heading.notes };
  }

  #read(row: string[]): Heading {
    const { header = "auto", column } = this.#options;
    try {
      return readHeading(row, { header, column, format: this.#format }, this.#path);
    } catch (error) {
      throw error instanceof InputError ? new InputError(error.message + this.#hint(row)) : error;
    }
  }

  #takeCell(cell: string, line: number): void {
    if (this.#options.labels) {
      this.#length++;
      this.#sink.pushLabel(isMissing(cell) ? "" : cell);
      return;
    }
    const value = toNumber(cell, this.#format);
    if (value !== undefined) {
      if (Math.abs(value) === Infinity && /\d/.test(cell)) this.#overflowed++;
      this.#length++;
      this.#sink.push(value);
    } else if (isMissing(cell)) this.#takeMissing(cell === "" ? "an empty cell" : quoted(cell), line);
    else {
      const others = optionsFor(cell);
      const way = others.length > 0 ? `; if it is one, say how it is written: ${others.join(", or ")}` : "";
      throw this.#fail(line, `expected a number, got ${quoted(cell)}${way}`, others.length > 0 ? [] : [cell]);
    }
  }

  #takeMissing(found: string, line: number): void {
    if (this.#options.labels) {
      this.#length++;
      this.#sink.pushLabel("");
      return;
    }
    if (!this.#options.keepMissing)
      throw this.#fail(line, `expected a number, got ${found}; ${MISSING_WAY}`, []);
    this.#length++;
    this.#sink.pushMissing();
  }

  #fail(line: number, problem: string, row: string[]): InputError {
    const column = abridgedName(this.#heading?.name ?? "");
    return new InputError(`${this.#path}: line ${line}, column ${column}: ${problem}${this.#hint(row)}`);
  }

  /**
   * What the first row and this one suggest: other delimiters, or a comment where a header should
   * be.
   */
  #hint(row: string[]): string {
    const first = this.#firstRow.length > 0 ? this.#firstRow : row;
    const mark = /^(?:#|\/\/|%|;)/.exec(first[0])?.[0];
    if (mark !== undefined && row.length > 0) {
      return `; the first line begins with ${mark}: if it is a comment, --comment "${mark}"`;
    }
    const other = [";", "\t", "|", " "].find(
      (delimiter) => first[0].includes(delimiter) && row.some((cell) => cell.includes(delimiter)),
    );
    if (other === undefined || first.length > 1) return "";
    return `; if "${other === "\t" ? "\\t" : other}" divides the cells, --delimiter "${other === "\t" ? "tab" : other}"`;
  }
}

function counted(width: number): string {
  return width === 1 ? "1 cell" : `${width} cells`;
}

/** A column's name as an error shows it: short, and in quotes only where it would not be seen. */
function abridgedName(name: string): string {
  return name === "" || name.length > 60 ? quoted(name) : name;
}
