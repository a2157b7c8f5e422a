/**
 * The elementary functions of one vector (`fn_exp_f32` and so on), which JavaScript cannot call:
 * each is copied out of the binary into a module of its own, without memory, globals or other
 * functions. Such a module compiles only if the body asks for none of them, which is what the
 * binary promises.
 */
import { WASM_BASE64 } from "../../src/core/generated/binary.js";
import { functionOf } from "../../src/formula/emit/library.js";
import {
  call,
  type Code,
  flatten,
  i32,
  list,
  signature,
  sized,
  text,
  unsigned,
  V128,
} from "../../src/formula/emit/wasm.js";

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const SECTIONS = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;
/** Kinds of imports and exports. */
const FUNCTION = 0;
const MEMORY = 2;
const END = 0x0b;

const binary = Uint8Array.from(atob(WASM_BASE64), (character) => character.charCodeAt(0));

function moduleOf(sections: Partial<Record<keyof typeof SECTIONS, Code>>): WebAssembly.Module {
  const codes = Object.entries(SECTIONS).flatMap(([name, id]) => {
    const items = sections[name as keyof typeof SECTIONS];
    return items ? [[id, sized(list(items))]] : [];
  });
  return new WebAssembly.Module(Uint8Array.from(flatten([MAGIC_AND_VERSION, codes])));
}

/** Softplus takes its two parameters as vectors as well. */
const arity = (name: string): number => (name.startsWith("fn_softplus_") ? 3 : 1);
const vectors = (name: string): Code => signature(new Array<number>(arity(name)).fill(V128), [V128]);

/** The function by itself: a module with its body and nothing else. */
export function isolated(name: string): WebAssembly.Module {
  return moduleOf({
    types: [vectors(name)],
    functions: [unsigned(0)],
    exports: [[text("fn"), FUNCTION, unsigned(0)]],
    code: [sized(Array.from(functionOf(binary, name)!))],
  });
}

/** apply(), which hands the vectors at 0, 16 and 32 to a function, and stores its result at 48. */
function caller(name: string): WebAssembly.Module {
  const operands = Array.from({ length: arity(name) }, (_, i): Code => [i32(16 * i), 0xfd, 0, 4, 0]);
  const noLocals = 0;
  const body = [noLocals, i32(48), call(0, ...operands), 0xfd, 11, 4, 0, END];
  return moduleOf({
    types: [vectors(name), signature([], [])],
    imports: [
      [text("env"), text("fn"), FUNCTION, unsigned(0)],
      [text("env"), text("memory"), MEMORY, 0, unsigned(1)],
    ],
    functions: [unsigned(1)],
    exports: [[text("apply"), FUNCTION, unsigned(1)]],
    code: [sized(body)],
  });
}

type FloatTag = "f32" | "f64";
/**
 * The function of one vector on numbers, lane by lane; p and q are softplus's beta and threshold.
 */
type OnLanes = (x: readonly number[], p: number, q: number) => number[];

function make(name: string, tag: FloatTag): OnLanes {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { fn } = new WebAssembly.Instance(isolated(name)).exports;
  const instance = new WebAssembly.Instance(caller(name), { env: { fn, memory } });
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
