/** A program as a WebAssembly module of its own, over the library's memory. */
import { PLAIN_MEMORY, SHARED_MEMORY } from "../../core/generated/kernels.js";
import type { Program } from "../program.js";
import { neededIn } from "../needed.js";
import { type Callee, isCalled } from "./instructions.js";
import { FORMATS } from "./lanes.js";
import { functionOf } from "./library.js";
import { Loop, type Terms } from "./loop.js";
import { stepsOf } from "./straight.js";
import {
  call,
  type Code,
  flatten,
  FunctionBuilder,
  get,
  I32,
  i32,
  list,
  scalar,
  signature,
  sized,
  storeF64,
  text,
  unsigned,
  V128,
} from "./wasm.js";

/** As asconfig.json has them. */
const INITIAL_PAGES = 1;
const MAXIMUM_PAGES = 65535;

const SECTIONS = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;
const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

interface Emission {
  readonly program: Program;
  readonly terms: Terms;
  /** Whether the memory is shared. */
  readonly shared: boolean;
  /**
   * The bytes of the library's binary, whose functions are copied; null where they are not at hand.
   */
  readonly library: Uint8Array | null;
}

/**
 * The bytes of a module that imports `env.memory` and exports
 *
 *     run(operands…, mask, outputs…, n, numbers) → sum                       of one block of n elements
 *     rows(operands…, mask, outputs…, rows, length, numbers, sums)           the sum of each of so many rows, as f64 at `sums`
 *
 * Where terms are stored, `run` takes their address besides, which comes last, and there is no
 * `rows`. Numbers lie in all lanes of 16 bytes each. Null where a function of the library is needed
 * and cannot be had.
 */
export function emit({ program, terms, shared, library }: Emission): Uint8Array<ArrayBuffer> | null {
  const copies = copiedInto(program, library);
  if (!copies) return null;
  const callees = new Map([...copies].map(([name, { steps }], index) => [name, { index, steps }]));
  const run = new Loop(program, callees, terms).build();
  const runIndex = copies.size;
  const types = [...[...copies.values()].map(({ type }) => type), run.signature];
  const codes = [...[...copies.values()].map(({ body }) => sized(body)), run.encode()];
  const exported = [[text("run"), 0, unsigned(runIndex)]];
  if (terms === "added" && program.outputs.some(({ role }) => role === "sum")) {
    const rows = rowsOf(program, runIndex);
    types.push(rows.signature);
    codes.push(rows.encode());
    exported.push([text("rows"), 0, unsigned(runIndex + 1)]);
  }
  const limits = [shared ? SHARED_MEMORY : PLAIN_MEMORY, unsigned(INITIAL_PAGES), unsigned(MAXIMUM_PAGES)];
  const section = (name: keyof typeof SECTIONS, items: Code): Code => [SECTIONS[name], sized(list(items))];
  return new Uint8Array(
    flatten([
      MAGIC_AND_VERSION,
      section("types", types),
      section("imports", [[text("env"), text("memory"), 2, limits]]),
      section(
        "functions",
        types.map((_, i) => unsigned(i)),
      ),
      section("exports", exported),
      section("code", codes),
    ]),
  );
}

interface Copy {
  readonly type: Code;
  readonly body: number[];
  readonly steps: Callee["steps"];
}

/** The library's functions that a program needs, by the instruction that calls them. */
function copiedInto(program: Program, library: Uint8Array | null): Map<string, Copy> | null {
  const copies = new Map<string, Copy>();
  const needed = neededIn(program);
  const { tag } = FORMATS[program.dtype];
  for (const [i, { name, inputs }] of program.code.entries()) {
    if (!needed[i] || !isCalled(name) || copies.has(name)) continue;
    const body = library && functionOf(library, `fn_${name}_${tag}`);
    if (!body) return null;
    const type = signature(
      inputs.map(() => V128),
      [V128],
    );
    copies.set(name, { type, body: Array.from(body), steps: stepsOf(body) });
  }
  return copies;
}

/** Calls `run` on row after row. */
function rowsOf({ dtype, operands, masked, outputs }: Program, run: number): FunctionBuilder {
  const stores = outputs.filter(({ role }) => role === "store").length;
  const addresses = Array.from({ length: operands + (masked ? 1 : 0) + stores }, (_, i) => i);
  const [rows, length, numbers, sums] = [0, 1, 2, 3].map((i) => addresses.length + i);
  const fn = new FunctionBuilder(Array<number>(addresses.length + 4).fill(I32), [], rows);
  const bytes = fn.local(I32);
  fn.set(bytes, scalar("i32Multiply", get(length), i32(FORMATS[dtype].size)));
  const add = (local: number, change: Code): void => {
    fn.set(local, scalar("i32Add", get(local), change));
  };
  const isLeft = scalar("i32GreaterThan", get(rows), i32(0));
  fn.when(isLeft, () => {
    fn.loop(() => {
      fn.push(storeF64(get(sums), call(run, ...addresses.map(get), get(length), get(numbers))));
      for (const address of addresses)
        add(address, masked && address === operands ? get(length) : get(bytes));
      add(sums, i32(8));
      add(rows, i32(-1));
    }, isLeft);
  });
  return fn;
}
