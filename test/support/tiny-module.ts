/** A module put together by hand, in the form of those that are emitted at run time. */
import { EmittedModule } from "../../src/core/emitted.js";
import type { LinearMemory } from "../../src/core/memory.js";
import type { AnyKernel } from "../../src/core/threads/work.js";

/** Opcodes of WebAssembly. */
const BLOCK = [0x02, 0x40];
const LOOP = [0x03, 0x40];
const IF = [0x04, 0x40];
const ELSE = 0x05;
const END = 0x0b;
const BRANCH_BACK = [0x0c, 0];
const BRANCH_OUT_IF = [0x0d, 1];
const GET = 0x20;
const SET = 0x21;
const LOAD_F32 = [0x2a, 2, 0];
const LOAD_BYTE = [0x2d, 0, 0];
const STORE_F32 = [0x38, 2, 0];
const AT_LEAST = 0x4f;
const ADD = 0x6a;
const SHIFT = 0x74;
const ADD_F32 = 0x92;
const MULTIPLY_F32 = 0x94;
const ADD_F64 = 0xa0;
const TO_F64 = 0xbb;
const UNREACHABLE = 0x00;
const I32 = 0x7f;
const F64 = 0x7c;

const get = (local: number): number[] => [GET, local];
const constant = (value: number): number[] => [0x41, value];
const float = (value: number): number[] => [0x43, ...new Uint8Array(new Float32Array([value]).buffer)];

/** The parameters and the locals of `run`. */
const [X, MASK, SCALED, DOUBLED, N, NUMBERS, I, SUM] = [0, 1, 2, 3, 4, 5, 6, 7];

const at = (base: number): number[] => [...get(base), ...get(I), ...constant(2), SHIFT, ADD];
const load = (base: number): number[] => [...at(base), ...LOAD_F32];

/**
 * run(x, mask, scaled, doubled, n, numbers): where the mask's byte is not 0, scaled = x · number
 * and the sum takes it in; elsewhere scaled = 0. doubled = x + `add`, or + x.
 */
function body(add: number | null): number[] {
  return [
    ...BLOCK,
    ...LOOP,
    ...[...get(I), ...get(N), AT_LEAST, ...BRANCH_OUT_IF],
    ...[...get(MASK), ...get(I), ADD, ...LOAD_BYTE],
    ...IF,
    ...[...at(SCALED), ...load(X), ...get(NUMBERS), ...LOAD_F32, MULTIPLY_F32, ...STORE_F32],
    ...[...get(SUM), ...load(SCALED), TO_F64, ADD_F64, SET, SUM],
    ELSE,
    ...[...at(SCALED), ...float(0), ...STORE_F32],
    END,
    ...[...at(DOUBLED), ...load(X), ...(add === null ? load(X) : float(add)), ADD_F32, ...STORE_F32],
    ...[...get(I), ...constant(1), ADD, SET, I],
    ...BRANCH_BACK,
    END,
    END,
    ...get(SUM),
  ];
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const section = (id: number, ...content: number[]): number[] => [id, ...sized(content)];
const name = (text: string): number[] => sized([...new TextEncoder().encode(text)]);

function binary(code: readonly number[], shared: boolean): Uint8Array<ArrayBuffer> {
  const parameters = Array.from({ length: 6 }, () => I32);
  const most = unsigned(65536);
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, ...sized(parameters), 1, F64),
    ...section(2, 1, ...name("env"), ...name("memory"), 2, shared ? 3 : 1, 1, ...most),
    ...section(3, 1, 0),
    ...section(7, 1, ...name("run"), 0, 0),
    ...section(10, 1, ...sized([2, 1, I32, 1, F64, ...code, END])),
  ]);
}

/** A module of that kind; with `add` another one, which tells who computed. */
export function tinyModule({ shared }: LinearMemory, add: number | null = null): EmittedModule {
  return new EmittedModule(binary(body(add), shared));
}

/** One whose kernel ends in a trap. */
export function trappingModule({ shared }: LinearMemory): EmittedModule {
  return new EmittedModule(binary([UNREACHABLE], shared));
}

/** Its kernel on this thread. */
export function kernelOf({ bytes }: EmittedModule, { wasm }: LinearMemory): AnyKernel {
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  return new WebAssembly.Instance(module, { env: { memory: wasm } }).exports.run as AnyKernel;
}
