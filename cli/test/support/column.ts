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
  const parser = new ColumnParser(path, options, { push: (value) => void values.push(value), pushMissing });
  for (const piece of text) await parser.write(piece);
  return { ...(await parser.end()), values: Float64Array.from(values), missing };
}
