/**
 * The elementary functions of one vector (`fn_exp_f32` and so on), which JavaScript cannot call: each is
 * copied out of the binary into a module of its own, without memory, globals or other functions. Such a
 * module compiles only if the body asks for none of them, which is what the binary promises.
 */
import { WASM_BASE64 } from "../../src/core/generated/binary.js";

const CODE = 10;
const EXPORT = 7;
const IMPORT = 2;
const V128 = 0x7b;

/** Reads a module's bytes from front to back. */
class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    return this.bytes[this.at++];
  }

  /** An unsigned LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.number()));
  }
}

const binary = Uint8Array.from(atob(WASM_BASE64), (character) => character.charCodeAt(0));

/** Where the content of each section begins. */
function sections(): Map<number, number> {
  const found = new Map<number, number>();
  const reader = new Reader(binary, 8);
  while (reader.at < binary.length) {
    const id = reader.byte();
    const size = reader.number();
    found.set(id, reader.at);
    reader.at += size;
  }
  return found;
}

const starts = sections();

function readerOf(section: number): Reader {
  return new Reader(binary, starts.get(section)!);
}

/** The bodies of exported functions, by name: locals and instructions, as the code section has them. */
function bodies(): ReadonlyMap<string, Uint8Array> {
  // The binary imports its memory and nothing else, so that functions are counted from its own first.
  const imports = readerOf(IMPORT);
  if (imports.number() !== 1) throw new Error("expected one import, the memory");
  const code = readerOf(CODE);
  const all = Array.from({ length: code.number() }, () => code.take(code.number()));
  const exports = readerOf(EXPORT);
  const named = new Map<string, Uint8Array>();
  for (let left = exports.number(); left > 0; left--) {
    const name = exports.name();
    const isFunction = exports.byte() === 0;
    const index = exports.number();
    if (isFunction) named.set(name, all[index]);
  }
  return named;
}

const found = bodies();

/** The names of all functions of one vector. */
export const VECTOR_FUNCTIONS: readonly string[] = [...found.keys()].filter((name) => name.startsWith("fn_"));

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
const text = (name: string): number[] => [...leb(name.length), ...new TextEncoder().encode(name)];
/** A vector of entries. */
const list = (...entries: number[][]): number[] => [...leb(entries.length), ...entries.flat()];
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const type = (parameters: number[], results: number[]): number[] => [
  0x60,
  ...list(...parameters.map((t) => [t])),
  ...list(...results.map((t) => [t])),
];

/** Softplus takes two parameters. */
const arity = (name: string): number => (name.startsWith("fn_softplus_") ? 3 : 1);

/** The function by itself: a module with its body and nothing else. */
export function isolated(name: string): WebAssembly.Module {
  const body = [...found.get(name)!];
  return new WebAssembly.Module(
    Uint8Array.from([
      ...MAGIC,
      ...section(1, list(type(new Array<number>(arity(name)).fill(V128), [V128]))),
      ...section(3, list([0])),
      ...section(EXPORT, list([...text("fn"), 0, 0])),
      ...section(CODE, list([...leb(body.length), ...body])),
    ]),
  );
}

/** apply(), which hands the vectors at 0, 16 and 32 to a function, and stores its result at 48. */
function caller(operands: number): WebAssembly.Module {
  const vector = (address: number): number[] => [0x41, address, 0xfd, 0, 4, 0];
  const loads = Array.from({ length: operands }, (_, i) => vector(16 * i)).flat();
  // i32.const 48 (as a signed LEB128, of two bytes), the operands, call 0, v128.store, end.
  const body = [0, 0x41, 0x30, ...loads, 0x10, 0, 0xfd, 11, 4, 0, 0x0b];
  return new WebAssembly.Module(
    Uint8Array.from([
      ...MAGIC,
      ...section(1, list(type(new Array<number>(operands).fill(V128), [V128]), type([], []))),
      ...section(
        IMPORT,
        list([...text("env"), ...text("fn"), 0, 0], [...text("env"), ...text("memory"), 2, 0, 1]),
      ),
      ...section(3, list([1])),
      ...section(EXPORT, list([...text("apply"), 0, 1])),
      ...section(CODE, list([...leb(body.length), ...body])),
    ]),
  );
}

export type FloatTag = "f32" | "f64";
/** The function of one vector on numbers, lane by lane; p and q are softplus's beta and threshold. */
export type OnLanes = (x: readonly number[], p: number, q: number) => number[];

function make(name: string, tag: FloatTag): OnLanes {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { fn } = new WebAssembly.Instance(isolated(name)).exports;
  const instance = new WebAssembly.Instance(caller(arity(name)), { env: { fn, memory } });
  const apply = instance.exports.apply as () => void;
  const lanes = tag === "f32" ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
  const width = 16 / lanes.BYTES_PER_ELEMENT;
  return (x, p, q) => {
    for (let i = 0; i < width; i++) lanes[i] = x[i] ?? 0;
    lanes.fill(p, width, 2 * width);
    lanes.fill(q, 2 * width, 3 * width);
    apply();
    return Array.from(lanes.subarray(3 * width, 3 * width + Math.min(width, x.length)));
  };
}

const made = new Map<string, OnLanes>();

/** An elementary function of one vector, as the binary has it. */
export function onLanes(name: string, tag: FloatTag): OnLanes {
  const key = `fn_${name}_${tag}`;
  const known = made.get(key) ?? make(key, tag);
  made.set(key, known);
  return known;
}
