import { InputError } from "../../input-error.js";
import { type Dtype, STORED_ARRAYS, storedAs } from "../dtypes.js";
import { numbersOf } from "../numbers.js";
import type { Batch } from "./batches.js";

/** Each group has metrics of its own, some kilobytes. */
export const MOST_GROUPS = 10_000;
/** What is longer names no group. */
const LONGEST = 1000;
/** Bytes of a character in UTF-8, at most. */
const WIDEST = 4;

export type Labelled = string | number | bigint | boolean | null;

/** The texts of a column, each by a number: those that came, from 0 on. A missing one is empty. */
export class Labels {
  readonly texts: string[] = [];
  readonly #codes = new Map<Labelled, number>();
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(
    /** Of the column, for messages. */
    private readonly name: string,
    private readonly most = MOST_GROUPS,
  ) {}

  /** @throws InputError for more texts than there may be, and for one that is too long */
  codeOf(value: Labelled): number {
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    const text = value === null ? "" : String(value);
    const code = this.#codes.get(text) ?? this.#add(text);
    this.#codes.set(text, code).set(value, code);
    return code;
  }

  /** The same of the bytes of a text. @throws InputError also for what is not in UTF-8 */
  codeOfBytes(bytes: Uint8Array): number {
    if (bytes.length > LONGEST * WIDEST) throw this.#tooLong(bytes.length, "bytes");
    try {
      return this.codeOf(this.#decoder.decode(bytes));
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(`${this.name}: expected texts in UTF-8, got other bytes`);
    }
  }

  #add(text: string): number {
    if (text.length > LONGEST) throw this.#tooLong(text.length, "characters");
    if (this.texts.length < this.most) return this.texts.push(text) - 1;
    throw tooManyGroups(this.name, this.most);
  }

  #tooLong(length: number, unit: string): InputError {
    const most = LONGEST.toLocaleString("en");
    return new InputError(
      `${this.name}: expected texts of at most ${most} characters, got one of ${length} ${unit}`,
    );
  }
}

export function tooManyGroups(column: string, most = MOST_GROUPS): InputError {
  return new InputError(`${column}: expected at most ${most.toLocaleString("en")} groups, got more`);
}

/** What a column holds whose values are labels: numbers of a dtype, or texts, as places in `texts`. */
export type LabelledKind = Dtype | { readonly texts: Labels };

/** The elements of a column as places in its labels, which lie there as int32. Missing ones have one too. */
export async function* labelled(
  batches: AsyncIterable<Batch>,
  kind: LabelledKind,
  labels: Labels,
): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    const codes = codesOf(batch, kind, labels);
    for (const place of batch.missing) codes[place] = labels.codeOf(null);
    yield { stored: new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength), missing: [] };
  }
}

function codesOf({ stored, missing }: Batch, kind: LabelledKind, labels: Labels): Int32Array {
  const values = valuesOf(stored, typeof kind === "object" ? "int32" : kind);
  const texts = typeof kind === "object" ? kind.texts : null;
  if (texts === labels) return values as Int32Array;
  const gone = new Set(missing);
  const valueOf = (value: number | bigint): Labelled =>
    texts ? texts.texts[Number(value)] : kind === "bool" ? value !== 0 : value;
  const codes = new Int32Array(values.length);
  for (let i = 0; i < codes.length; i++) if (!gone.has(i)) codes[i] = labels.codeOf(valueOf(values[i]));
  return codes;
}

function valuesOf({ buffer, byteOffset, byteLength }: Uint8Array, dtype: Dtype): ArrayLike<number | bigint> {
  const length = byteLength / storedAs(dtype).size;
  const values = new STORED_ARRAYS[dtype](buffer as ArrayBuffer, byteOffset, length);
  return dtype === "float16" ? numbersOf(values, dtype) : values;
}
