import { describeValue } from "../core/describe.js";
import { operate } from "../core/operation.js";
import { takeOptions } from "../core/options.js";
import type { Storage } from "../core/storage.js";
import { describeStranger } from "../ndarray/adapter.js";
import { dtypes } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { StateDict } from "../nn/state-dict.js";
import { Tensor } from "../tensor/tensor.js";
import { BITS, STORED, type StoredDType } from "./dtypes.js";
import { METADATA } from "./header.js";
import { SURROGATE } from "./keys.js";

/** Options of `save`. */
export interface SaveOptions {
  /** Texts to save along, which `readHeader` gives back; they have no effect on tensors. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A tensor that is saved. */
interface Item {
  readonly name: string;
  readonly nd: NdArray;
  readonly dtype: StoredDType;
  readonly bytes: number;
}

/**
 * A state dictionary as the bytes of a safetensors file, those that safetensors.torch.save writes:
 * tensors by the width of their elements, then by name. Metadata keep their order here, where
 * Python's are in none.
 *
 * Dtypes: all but complex128, which the format lacks. Tensors are contiguous, and none of them
 * shares memory with another: a module that has a parameter twice is saved without one of its
 * names, and loaded with `strict: false`.
 *
 * @param tensors such as a module's `stateDict()`
 * @returns the whole file: for `writeFileSync` in Node, or a Blob in a page
 * @throws with the texts of Python's package, Error for tensors that are not contiguous or share
 *   memory, and TypeError for what is no tensor; TypeError for complex128, names that are no
 *   Unicode or "__metadata__", metadata that are no texts, and misspelt options
 * @see https://huggingface.co/docs/safetensors/api/torch#safetensors.torch.save
 * @example
 * const bytes = safetensors.save({ x: tensor([1, 2]) });
 * bytes.length; // 72
 * String(safetensors.load(bytes).x); // "tensor([1., 2.])"
 */
export function save(tensors: StateDict, options: SaveOptions = {}): Uint8Array<ArrayBuffer> {
  const { metadata } = takeOptions("save", options, ["metadata"]);
  const texts = metadata === undefined ? undefined : takeMetadata(metadata);
  const items = takeItems(tensors);
  checkApart(items);
  items.sort((a, b) => ORDER.indexOf(b.dtype) - ORDER.indexOf(a.dtype) || compareText(a.name, b.name));
  const header = headerOf(items, texts);
  const file = new Uint8Array(header.length + items.reduce((sum, { bytes }) => sum + bytes, 0));
  file.set(header);
  let at = header.length;
  for (const { nd, bytes } of items) {
    operate(() => {
      const { buffer, byteOffset } = nd.numbers();
      file.set(new Uint8Array(buffer, byteOffset, bytes), at);
    });
    at += bytes;
  }
  return file;
}

const ORDER = /* @__PURE__ */ Object.keys(BITS);

/** Whether names can be read of it; maps, lists and tensors have none. */
function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(Symbol.iterator in value);
}

function takeMetadata(metadata: unknown): Record<string, string> {
  if (!isPlain(metadata))
    throw new TypeError(`save: expected metadata to be an object of texts, got ${describeValue(metadata)}`);
  const entries = Object.entries(metadata) as [string, unknown][];
  for (const [key, text] of entries) {
    if (typeof text !== "string" || SURROGATE.test(key + text)) {
      throw new TypeError(
        `save: expected metadata ${JSON.stringify(key)} to be a text, got ${describeValue(text)}`,
      );
    }
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

/** The tensors, each looked at once, when nobody's code runs any more. */
function takeItems(tensors: unknown): Item[] {
  if (!isPlain(tensors)) {
    throw new TypeError(`Expected a dict of [str, torch.Tensor] but received ${describeValue(tensors)}`);
  }
  return (Object.entries(tensors) as [string, unknown][]).map(([name, tensor]) => {
    if (!(tensor instanceof Tensor)) {
      throw new TypeError(
        `Key \`${name}\` is invalid, expected torch.Tensor but received ${describeStranger(tensor)}`,
      );
    }
    if (name === METADATA || SURROGATE.test(name))
      throw new TypeError(`save: expected names of tensors, got ${JSON.stringify(name)}`);
    tensor.checkAlive("save");
    const { nd } = tensor;
    const dtype = STORED[nd.dtype];
    if (dtype === null)
      throw new TypeError(`save: expected a dtype of safetensors, got ${nd.dtype} for \`${name}\``);
    if (!nd.contiguous) throw notContiguous(name);
    return { name, nd, dtype, bytes: nd.numel * dtypes[nd.dtype].size };
  });
}

function notContiguous(name: string): Error {
  return new Error(
    `You are trying to save a non contiguous tensor: \`${name}\` which is not allowed. It either means you are ` +
      "trying to save tensors which are reference of each other in which case it's recommended to save only the " +
      "full tensors, and reslice at load time, or simply call `.clone()` on your tensor to pack it before saving.",
  );
}

/** Throws where two tensors share bytes. */
function checkApart(items: readonly Item[]): void {
  const byStorage = new Map<Storage, Item[]>();
  for (const item of items) {
    const { storage } = item.nd;
    if (item.bytes === 0) continue;
    const found = byStorage.get(storage);
    if (found) found.push(item);
    else byStorage.set(storage, [item]);
  }
  for (const sharing of byStorage.values()) {
    sharing.sort((a, b) => beginOf(a) - beginOf(b));
    const i = sharing.findIndex(
      (item, k) => k > 0 && beginOf(item) < beginOf(sharing[k - 1]) + sharing[k - 1].bytes,
    );
    if (i < 0) continue;
    const names = [sharing[i - 1].name, sharing[i].name]
      .sort(compareText)
      .map((name) => JSON.stringify(name));
    throw new Error(
      "Some tensors share memory, this will lead to duplicate memory on disk and potential differences when " +
        `loading them again: [{${names.join(", ")}}]. Save one of them, or clones.`,
    );
  }
}

const beginOf = ({ nd }: Item): number => nd.offset * dtypes[nd.dtype].size;

/** The order of UTF-8's bytes, which is that of code points. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rankOf(x) - rankOf(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, but not all others are below them. */
const rankOf = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);

/** The header and its length, padded with spaces to a multiple of 8 bytes. */
function headerOf(items: readonly Item[], metadata: Record<string, string> | undefined): Uint8Array {
  let begin = 0;
  const parts = items.map(({ name, dtype, nd: { shape }, bytes }) => {
    const info = { dtype, shape, data_offsets: [begin, (begin += bytes)] };
    return `${JSON.stringify(name)}:${JSON.stringify(info)}`;
  });
  if (metadata) parts.unshift(`"${METADATA}":${JSON.stringify(metadata)}`);
  const text = new TextEncoder().encode(`{${parts.join(",")}}`);
  const header = new Uint8Array(8 + 8 * Math.ceil(text.length / 8)).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(text, 8);
  return header;
}
