import { InputError, quoted } from "../../input-error.js";
import type { Source } from "../../sources/source.js";
import { type Batch, BatchReader, labelReader, type TableOptions } from "../columns/batches.js";
import { chooseColumn } from "../columns/choose.js";
import { labelled, Labels } from "../columns/labels.js";
import type { Dtype } from "../dtypes.js";
import { type Chunk, type Leaf, readFooter, type SchemaElement } from "./footer.js";
import { type DecodedColumn, PageDecoder } from "./decode.js";
import { pagesOf } from "./pages.js";
import { dtypeOf, hasTexts, levelsOf, nameOf } from "./types.js";

/**
 * Opens one column of numbers, page by page, or with `labels` one of numbers or texts that tell groups.
 *
 * @throws InputError for what is no such column
 */
export async function openParquet(
  source: Source,
  column: string | undefined,
  { keepMissing, labels: isLabelled }: TableOptions,
): Promise<BatchReader> {
  const footer = await readFooter(source);
  const leaves = footer.leaves();
  const at = chooseColumn(source.name, leaves.map(nameOf), column);
  const name = `${source.name}, column ${quoted(nameOf(leaves[at]))}`;
  const leaf = leaves[at];
  const element = leaf[leaf.length - 1];
  const labels = isLabelled ? new Labels(name) : undefined;
  const texts = hasTexts(element) ? labels : undefined;
  const dtype = texts ? "int32" : numbersOf(element, name);
  const chunks = footer.chunks(at, element);
  const shape = shapeOf(leaf, chunks, name);
  const decoded = { element, dtype, levels: levelsOf(leaf), length: shape.at(1), texts };
  const batches = batchesOf({ source, name, chunks, column: decoded });
  const read = { name, format: "parquet", shape, keepMissing };
  if (!labels) return new BatchReader(source, { ...read, dtype }, batches);
  return labelReader(source, read, labelled(batches, texts ? { texts } : dtype, labels), labels);
}

function numbersOf(element: SchemaElement, name: string): Dtype {
  const found = dtypeOf(element);
  if ("dtype" in found) return found.dtype;
  throw new InputError(`${name}: expected numbers or booleans, got ${found.other}; cast it to DOUBLE first`);
}

/** [rows], or of lists that have one length [rows, length]. */
function shapeOf(leaf: Leaf, chunks: readonly Chunk[], name: string): number[] {
  const { maxRepetition } = levelsOf(leaf);
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rows, 0);
  if (!Number.isSafeInteger(rows)) throw new InputError(`${name}: expected less than 2^53 rows, got more`);
  if (maxRepetition > 1)
    throw new InputError(`${name}: expected numbers, or lists of them, got lists of lists`);
  if (maxRepetition === 0) return [rows];
  const first = chunks.length > 0 ? chunks[0].values / chunks[0].rows : 0;
  const odd = chunks.find(({ rows, values }) => values !== rows * first);
  if (odd || !Number.isInteger(first))
    throw new InputError(
      `${name}: expected lists of one length, got ${(odd ?? chunks[0]).values} elements in ${(odd ?? chunks[0]).rows} lists`,
    );
  return [rows, first];
}

interface Request {
  readonly source: Source;
  readonly name: string;
  readonly chunks: readonly Chunk[];
  readonly column: Omit<DecodedColumn, "codec">;
}

async function* batchesOf({ source, name, chunks, column }: Request): AsyncGenerator<Batch> {
  for (const chunk of chunks) {
    const decoder = new PageDecoder({ ...column, codec: chunk.codec });
    const fail = (place: number, what: string) =>
      new InputError(`${name}: the page at byte ${place} cannot be read: ${what}`);
    let values = 0;
    for await (const page of pagesOf(source, name, chunk)) {
      const batch = await decoder.decode(page).catch((error: unknown) => {
        // Decoders throw what they come upon.
        throw error instanceof InputError ? error : fail(page.place, (error as Error).message);
      });
      if (!batch) continue;
      values += page.header.values;
      if (values > chunk.values) throw fail(page.place, `expected ${chunk.values} values, got more`);
      yield batch;
    }
    if (values < chunk.values) throw fail(chunk.end, `expected ${chunk.values} values, got ${values}`);
    if (!decoder.isComplete) throw fail(chunk.end, "its last list is incomplete");
  }
}
