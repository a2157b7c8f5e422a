import { InputError, quoted } from "../../input-error.js";
import type { Source } from "../../sources/source.js";
import { type Batch, BatchReader, labelReader, type TableOptions } from "../columns/batches.js";
import { chooseColumn } from "../columns/choose.js";
import { labelled, Labels } from "../columns/labels.js";
import { type Dtype, storedAs } from "../dtypes.js";
import { MessageError } from "./flatbuffer.js";
import { isArrowFile, type Message, Messages } from "./messages.js";
import { type Dictionary, joined, Records } from "./records.js";
import { type Field, type Leaf, leavesOf, listKind, type Part, readSchema, wordsOf } from "./schema.js";

/** The most rows that all batches have together. */
const MOST_ROWS = 2 ** 53;

/** The most texts of a dictionary, most of which no element may refer to. */
const MOST_TEXTS = 2 ** 20;

/**
 * Opens one column of numbers of an Arrow file (Feather) or stream, record batch by record batch; with
 * `labels` one of numbers or texts that tell groups.
 *
 * @throws InputError for what is no such column
 */
export async function openArrow(
  source: Source,
  head: Uint8Array,
  { column, keepMissing, labels: isLabelled }: TableOptions & { column?: string },
): Promise<BatchReader> {
  const messages = new ColumnMessages(source, isArrowFile(head));
  const leaf = await messages.choose(column);
  const name = `${source.name}, column ${quoted(leaf.name)}`;
  const labels = isLabelled ? new Labels(name) : undefined;
  const { field } = leaf.path[leaf.path.length - 1];
  const texts = field.type.textOffset && labels && (field.dictionary ? new Labels(name, MOST_TEXTS) : labels);
  const dtype = texts ? "int32" : dtypeOf(field, name);
  const lists = leaf.path.filter(({ field }) => listKind(field) !== null).length;
  if (lists > 1) throw new InputError(`${name}: expected numbers, or lists of them, got lists of lists`);
  const shape = await messages.shape(leaf, lists === 1, name);
  const batches = messages.batches(leaf, { length: shape?.at(1), texts });
  const read = { name, format: "arrow", shape, keepMissing, notes: messages.notes };
  if (!labels) return new BatchReader(source, { ...read, dtype }, batches);
  return labelReader(source, read, labelled(batches, texts ? { texts } : dtype, labels), labels);
}

function dtypeOf(field: Field, name: string): Dtype {
  if (field.type.dtype) return field.type.dtype;
  throw new InputError(
    `${name}: expected numbers or booleans, got ${wordsOf(field)}; cast it to float64 first`,
  );
}

/** How a column is read. */
interface Way {
  /** The length of its lists. */
  readonly length: number | undefined;
  /** What texts become places in. */
  readonly texts: Labels | undefined;
}

/** The messages of a file, of which one column is read. */
class ColumnMessages {
  readonly #messages: Messages;
  /** Those of a stream that can be read once only. */
  readonly #once: AsyncGenerator<Message> | null;
  /** What is told at the end. */
  readonly notes: string[] = [];
  /** That of the column, as far as messages came. */
  #dictionary: Dictionary | undefined;

  constructor(
    private readonly source: Source,
    private readonly isFile: boolean,
  ) {
    this.#messages = new Messages(source);
    this.#once = source.seekable ? null : this.#walk();
  }

  async choose(column: string | undefined): Promise<Leaf> {
    const first = await (this.#once ?? this.#walk()).next();
    if (first.done || first.value.kind !== "schema")
      throw new InputError(`${this.source.name}: expected Arrow's schema first, got another message`);
    const { head, place } = first.value;
    const leaves = this.#messages.read(place, () => leavesOf(readSchema(head)));
    return leaves[
      chooseColumn(
        this.source.name,
        leaves.map(({ name }) => name),
        column,
      )
    ];
  }

  /** [rows], or of lists [rows, length]; null for a stream, whose end tells. */
  async shape(leaf: Leaf, isList: boolean, name: string): Promise<number[] | null> {
    if (this.#once) {
      if (!isList) return null;
      throw new InputError(`${name}: expected lists in a file of its own, got them in a stream`);
    }
    let rows = 0;
    let length: number | null = null;
    for await (const message of this.#walk()) {
      if (message.kind !== "records") continue;
      const records = this.#recordsOf(message, message.head);
      rows += records.rows;
      if (rows >= MOST_ROWS) throw new InputError(`${name}: expected less than 2^53 rows, got more`);
      if (isList) length ??= await this.#told(message, () => records.firstLength(leaf.path));
    }
    return isList ? [rows, length ?? 0] : [rows];
  }

  async *batches(leaf: Leaf, way: Way): AsyncGenerator<Batch> {
    for await (const message of this.#once ?? this.#walk())
      yield* this.#following(message, this.#batchesOf(message, leaf, way));
    if (this.#messages.lacksEnd) this.notes.push("the stream has no end mark; it may have been cut");
  }

  /** Those of one message; a dictionary is kept for the messages after it. */
  async *#batchesOf(message: Message, leaf: Leaf, way: Way): AsyncGenerator<Batch> {
    const part = leaf.path[leaf.path.length - 1];
    const id = part.field.dictionary?.id;
    if (message.kind === "dictionary" && id !== undefined && message.head.int64(0) === id)
      this.#dictionary = await this.#dictionaryOf(message, part, way.texts);
    if (message.kind !== "records") return;
    const records = this.#recordsOf(message, message.head);
    if (id !== undefined && !this.#dictionary && records.rows > 0)
      throw new InputError(`${this.source.name}: column ${quoted(leaf.name)} has no dictionary`);
    yield* records.elements(leaf.path, { ...way, dictionary: this.#dictionary });
  }

  #walk(): AsyncGenerator<Message> {
    if (!this.isFile) return this.#messages.following(0);
    // A file's messages follow one another as those of a stream, where no footer can be read.
    return this.source.seekable ? this.#messages.listed() : this.#messages.following(8);
  }

  #recordsOf({ place, body, bodyLength }: Message, head: Message["head"]): Records {
    return this.#messages.read(
      place,
      () => new Records(this.source, head, { begin: body, length: bodyLength }),
    );
  }

  async #dictionaryOf(message: Message, part: Part, texts: Labels | undefined): Promise<Dictionary> {
    const data = message.head.table(1);
    if (!data) throw new MessageError("a dictionary without values");
    const records = this.#recordsOf(message, data);
    const { type, children } = part.field;
    const values = { field: { name: "", type, children }, node: 0, buffer: 0, views: 0 };
    const dtype = texts ? "int32" : type.dtype!;
    let batch: Batch = { stored: new Uint8Array(0), missing: [] };
    const isMore = message.head.int8(2) !== 0;
    if (isMore && this.#dictionary) batch = this.#dictionary.batch;
    for await (const piece of records.elements([values], { texts }))
      batch = joined(batch, piece, storedAs(dtype));
    return { batch, dtype };
  }

  /** What is wrong with a message, with its place. */
  async #told<T>({ place }: Message, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      return this.#messages.read(place, () => {
        throw error;
      });
    }
  }

  async *#following(message: Message, batches: AsyncGenerator<Batch>): AsyncGenerator<Batch> {
    for (;;) {
      const next = await this.#told(message, () => batches.next());
      if (next.done) return;
      yield next.value;
    }
  }
}
