import { ColumnParser, type CsvOptions, type Ending } from "../../src/readers/csv/column.js";

export interface Column extends Ending {
  readonly values: Float64Array;
  /** The places of missing cells, whose values are NaN. */
  readonly missing: readonly number[];
}

/** The numbers of a column, whose text comes in these pieces. */
export async function readColumn(
  text: Iterable<string>,
  path: string,
  options: CsvOptions = {},
): Promise<Column> {
  const values: number[] = [];
  const missing: number[] = [];
  const pushMissing = (): void => {
    missing.push(values.length);
    values.push(NaN);
  };
  const push = (value: number): void => void values.push(value);
  const pushLabel = (text: string): void => void values.push(text.length);
  const parser = new ColumnParser(path, options, { push, pushLabel, pushMissing });
  for (const piece of text) await parser.write(piece);
  return { ...(await parser.end()), values: Float64Array.from(values), missing };
}
