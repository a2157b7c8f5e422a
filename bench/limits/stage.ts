/**
 * The library's kernels and the floors in one binary, compiled with the library's options; a memory
 * with operands for them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SIZES, type Runner } from "./rows.js";

/** What the operands are: numbers of a type; f16tiny has a subnormal in each tenth place. */
export type Data = "f32" | "f64" | "f16" | "bf16" | "f16tiny" | "u8";

const BYTES: Readonly<Record<Data, number>> = { f32: 4, f64: 8, f16: 2, bf16: 2, f16tiny: 2, u8: 1 };
const LARGEST = SIZES[SIZES.length - 1];
/** Between operands, so that their addresses differ in a cache. */
const GAP = 4096 + 256;

type Kernel = (...args: number[]) => number | undefined;

/**
 * By the compiler's command: its types would declare AssemblyScript's globals for the whole
 * project.
 */
function compile(): Uint8Array<ArrayBuffer> {
  const compiler = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
  const folder = mkdtempSync(join(tmpdir(), "lossgrad-limits-"));
  const outFile = join(folder, "limits.wasm");
  const entries = ["assembly/index.ts", "bench/limits/assembly/floor.ts"];
  const options = ["--config", "asconfig.json", "--target", "release", "--outFile", outFile];
  execFileSync(process.execPath, [compiler, ...entries, ...options], { stdio: "inherit" });
  const binary = new Uint8Array(readFileSync(outFile));
  rmSync(folder, { recursive: true });
  return binary;
}

/** Operands of a kind, filled once, and kernels that run on them. */
export class Stage {
  private readonly memory = new WebAssembly.Memory({ initial: 1, maximum: 65535 });
  private readonly filled = new Map<Data, { x: number; y: number }>();
  private end = GAP;
  private out = 0;

  private constructor(private readonly kernels: Readonly<Record<string, Kernel>>) {}

  static open(): Stage {
    const module = new WebAssembly.Module(compile());
    const stage = new Stage({});
    const { exports } = new WebAssembly.Instance(module, { env: { memory: stage.memory } });
    Object.assign(stage.kernels, exports);
    stage.out = stage.reserve(8 * LARGEST);
    return stage;
  }

  /**
   * Milliseconds of `repeats` runs over n elements, of this process: what else has its turn on the
   * core does not count.
   */
  time({ kernel, data, parameter = 1 }: Runner, n: number, repeats: number): number {
    const { x, y } = this.operands(data);
    const run = this.kernels[kernel];
    const vectors = (n * BYTES[data]) / 16;
    const args = kernel.endsWith("_read")
      ? [x, y, vectors]
      : kernel.endsWith("_copy")
        ? [x, y, this.out, vectors]
        : kernel.includes("_sumslope_")
          ? [x, y, this.out, n, parameter, 1 / n, parameter]
          : [x, y, n, parameter];
    const start = process.cpuUsage();
    for (let i = 0; i < repeats; i++) run(...args);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  }

  private operands(data: Data): { x: number; y: number } {
    let operands = this.filled.get(data);
    if (!operands) {
      const bytes = LARGEST * BYTES[data];
      operands = { x: this.reserve(bytes), y: this.reserve(bytes) };
      this.filled.set(data, operands);
      for (const at of Object.values(operands)) this.fill(data, at);
    }
    return operands;
  }

  private reserve(bytes: number): number {
    const at = this.end;
    this.end += bytes + GAP;
    const missing = Math.ceil(this.end / 65536) - this.memory.buffer.byteLength / 65536;
    if (missing > 0) this.memory.grow(missing);
    return at;
  }

  /** Numbers in [0.25, 1) from a fixed sequence; bytes of any value. */
  private fill(data: Data, at: number): void {
    const { buffer } = this.memory;
    let state = at;
    const next = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 9;
    if (data === "u8") {
      const bytes = new Uint8Array(buffer, at, LARGEST);
      for (let i = 0; i < LARGEST; i++) bytes[i] = next() >> 8;
    } else if (data === "f32" || data === "f64") {
      const numbers = new (data === "f32" ? Float32Array : Float64Array)(buffer, at, LARGEST);
      for (let i = 0; i < LARGEST; i++) numbers[i] = 0.25 + 0.75 * (next() / 2 ** 23);
    } else {
      const bits = new Uint16Array(buffer, at, LARGEST);
      const [low, span] = data === "bf16" ? [0x3e80, 0x100] : [0x3400, 0x800];
      for (let i = 0; i < LARGEST; i++) {
        bits[i] = data === "f16tiny" && i % 10 === 3 ? 1 + (next() % 0x3ff) : low + (next() % span);
      }
    }
  }
}
