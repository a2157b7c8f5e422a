import type { Dtype } from "../dtypes.js";
import { MessageError, type Table } from "./flatbuffer.js";

/** A column, or a part of one that is nested. */
export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly children: readonly Field[];
  /** What its values refer to, where they are places in a dictionary. */
  readonly dictionary?: { readonly id: number; readonly index: Type };
}

export interface Type {
  /** The number in Arrow's Schema.fbs. */
  readonly id: number;
  /** How many buffers it has of its own, and whether more follow that only a batch counts. */
  readonly buffers: number;
  readonly isView: boolean;
  /** What its values are, where they are numbers. */
  readonly dtype?: Dtype;
  /** Of lists of one length. */
  readonly length?: number;
  /** How many bytes an offset has, of texts, which lie one behind the other. */
  readonly textOffset?: 4 | 8;
}

/** Numbers of types in Schema.fbs. */
const INT = 2;
const FLOAT = 3;
const TEXT = 5;
const BOOL = 6;
const LIST = 12;
const STRUCT = 13;
const UNION = 14;
const FIXED_SIZE_LIST = 16;
const LARGE_TEXT = 20;
const LARGE_LIST = 21;

/**
 * What a column holds, as an error calls it, and how many buffers it has, by the number of its type:
 * a bitmap of what is there, offsets, values.
 */
const TYPES: readonly (readonly [string, number, "view"?])[] = [
  ["nothing", 0],
  ["nothing but nulls", 0],
  ["integers", 2],
  ["floats", 2],
  ["bytes", 3],
  ["text", 3],
  ["booleans", 2],
  ["decimals", 2],
  ["dates", 2],
  ["times", 2],
  ["timestamps", 2],
  ["intervals", 2],
  ["lists", 2],
  ["groups", 1],
  ["values of several types", 1],
  ["bytes", 2],
  ["lists", 1],
  ["a map", 2],
  ["durations", 2],
  ["bytes", 3],
  ["text", 3],
  ["lists", 2],
  ["run-end encoded values", 0],
  ["bytes", 2, "view"],
  ["text", 2, "view"],
  ["views of lists", 3],
  ["views of lists", 3],
];

const MOST_FIELDS = 2 ** 18;

export function readSchema(schema: Table): Field[] {
  if (schema.int16(0) !== 0) throw new MessageError("its numbers are big-endian");
  let count = 0;
  const read = (field: Table): Field => {
    if (++count > MOST_FIELDS) throw new MessageError(`more than ${MOST_FIELDS} columns`);
    const type = readType(field.int8(2) & 0xff, field.table(3));
    const encoding = field.table(4);
    const dictionary = encoding && { id: encoding.int64(0), index: readType(INT, encoding.table(1)) };
    const children = field.tables(5).map(read);
    return { name: field.text(0), type, children, ...(dictionary ? { dictionary } : {}) };
  };
  return schema.tables(1).map(read);
}

function readType(id: number, type: Table | null): Type {
  if (id === 0 || id >= TYPES.length) throw new MessageError(`a column of type ${id}, which is not known`);
  const [, own, view] = TYPES[id];
  // A union of the dense kind has offsets.
  const buffers = id === UNION && type?.int16(0) === 1 ? 2 : own;
  const plain = { id, buffers, isView: view !== undefined };
  if (id === INT) return { ...plain, dtype: integerOf(type) };
  if (id === FLOAT) return { ...plain, dtype: floatOf(type?.int16(0) ?? 0) };
  if (id === TEXT || id === LARGE_TEXT) return { ...plain, textOffset: id === TEXT ? 4 : 8 };
  if (id === BOOL) return { ...plain, dtype: "bool" };
  if (id === FIXED_SIZE_LIST) return { ...plain, length: type?.int32(0) ?? 0 };
  return plain;
}

/** The index of a dictionary is of 32 bits where nothing is said. */
function integerOf(type: Table | null): Dtype {
  if (!type) return "int32";
  const name = `${type.int8(1) === 0 ? "u" : ""}int${type.int32(0)}`;
  if (!/^u?int(8|16|32|64)$/.test(name)) throw new MessageError(`integers of ${type.int32(0)} bits`);
  return name as Dtype;
}

function floatOf(precision: number): Dtype {
  const names: readonly (Dtype | undefined)[] = ["float16", "float32", "float64"];
  const name = names[precision];
  if (name === undefined) throw new MessageError("floats of a precision that there is not");
  return name;
}

export function wordsOf({ type }: Field): string {
  return TYPES[type.id][0];
}

/** What lists are made of: each has its length, or offsets of 4 or 8 bytes tell it. */
export function listKind({ type, dictionary }: Field): "fixed" | 4 | 8 | null {
  if (dictionary) return null;
  if (type.id === FIXED_SIZE_LIST) return "fixed";
  return type.id === LIST ? 4 : type.id === LARGE_LIST ? 8 : null;
}

/** A part of a column, and where it stands among all parts of a record batch. */
export interface Part {
  readonly field: Field;
  /** The number of its first node (of a length and a number of nulls). */
  readonly node: number;
  /** The number of its first buffer, and of views before it, whose buffers a batch counts. */
  readonly buffer: number;
  readonly views: number;
}

/** A column by its name with dots: the groups and lists that it lies in, outermost first, and itself. */
export interface Leaf {
  readonly name: string;
  readonly path: readonly Part[];
}

/** All columns, in the order of the file. */
export function leavesOf(fields: readonly Field[]): Leaf[] {
  const leaves: Leaf[] = [];
  let [node, buffer, views] = [0, 0, 0];
  const walk = (field: Field, name: string, above: readonly Part[] | null): void => {
    const path = above && [...above, { field, node, buffer, views }];
    node++;
    buffer += field.dictionary ? 2 : field.type.buffers;
    if (field.type.isView && !field.dictionary) views++;
    const isList = listKind(field) !== null;
    const isGroup = isList || (field.type.id === STRUCT && !field.dictionary);
    if (path && !isGroup) leaves.push({ name, path });
    // What a dictionary's values have within them lies in its own messages.
    if (field.dictionary) return;
    // The child of a list has a name that says nothing.
    for (const child of field.children)
      walk(child, isList ? name : `${name}.${child.name}`, isGroup ? path : null);
  };
  for (const field of fields) walk(field, field.name, []);
  return leaves;
}
