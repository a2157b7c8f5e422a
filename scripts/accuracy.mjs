// The elementary functions of the built binary against exact values, by the millions: `npm run
// accuracy`. Needs a C compiler with libquadmath (GCC's).
//
//     -- --count 1e7        numbers for each function and type; 1e7 by default
//     -- --every            every float32 instead, which takes some minutes a function
//     -- --only exp,log     these functions alone
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const NAMES = "exp expm1 log log1p sigmoid tanh softplus logsigmoid sin cos erf".split(" ");
const BLOCK = 65536;
const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "1e7" },
    every: { type: "boolean", default: false },
    only: { type: "string", default: NAMES.join() },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lossgrad-accuracy-"));
const checker = join(folder, "accuracy");

const memory = new WebAssembly.Memory({ initial: 64, maximum: 65535 });
const module = new WebAssembly.Module(readFileSync(join(root, "build/lossgrad.wasm")));
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
const X = 1 << 20;
const Y = 2 << 20;

/** Marsaglia's xorshift128 (2003). */
function generator() {
  const state = new Uint32Array([0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef]);
  return () => {
    let t = state[3];
    const s = state[0];
    state.copyWithin(1, 0, 3);
    t ^= t << 11;
    t ^= t >>> 8;
    state[0] = t ^ s ^ (s >>> 19);
    return state[0];
  };
}

/** Widths of the ranges in which the functions turn; 0 is for any bits at all. */
const WIDTHS = [0, 1, 0, 2, 0, 40, 8, 750, 0, 1e6, 3e9, 1e17];

/**
 * Fills blocks of numbers: in turn any bits, and uniform ones about 0; or every float32, in order.
 */
function* blocks(type) {
  const words = new Uint32Array(memory.buffer, X, (BLOCK * (type === "f32" ? 4 : 8)) / 4);
  const numbers =
    type === "f32" ? new Float32Array(memory.buffer, X, BLOCK) : new Float64Array(memory.buffer, X, BLOCK);
  const next = generator();
  const all = options.every && type === "f32";
  const count = all ? 2 ** 32 : Number(options.count);
  for (let done = 0, turn = 0; done < count; done += BLOCK, turn++) {
    const width = WIDTHS[turn % WIDTHS.length];
    if (all) for (let i = 0; i < BLOCK; i++) words[i] = done + i;
    else if (width === 0) for (let i = 0; i < words.length; i++) words[i] = next();
    else for (let i = 0; i < BLOCK; i++) numbers[i] = width * ((next() * 2 ** 32 + next()) / 2 ** 63 - 1);
    yield numbers;
  }
}

async function check(name, type) {
  const process = spawn(checker, [name, type], { stdio: ["pipe", "inherit", "inherit"] });
  const ended = once(process, "close");
  const bytes = BLOCK * (type === "f32" ? 4 : 8);
  const written = async (address) => {
    const copy = Uint8Array.from(new Uint8Array(memory.buffer, address, bytes));
    if (!process.stdin.write(copy)) await once(process.stdin, "drain");
  };
  for (const numbers of blocks(type)) {
    kernels[`${name}_${type}`](X, Y, numbers.length, 1, 20);
    await written(X);
    await written(Y);
  }
  process.stdin.end();
  const [code] = await ended;
  return code === 0;
}

try {
  const source = join(root, "scripts/accuracy.c");
  const { status } = spawnSync("gcc", ["-O2", source, "-o", checker, "-lquadmath", "-lm"], {
    stdio: "inherit",
  });
  if (status !== 0)
    throw new Error("expected GCC with libquadmath, got none that compiles scripts/accuracy.c");
  let fine = true;
  for (const name of options.only.split(",")) {
    for (const type of ["f32", "f64"]) if (!(await check(name, type))) fine = false;
  }
  process.exitCode = fine ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
