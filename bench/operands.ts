/** The operands of one size: as arrays, as tensors, and as a file for other processes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { manualSeed, rand, tensor, type Tensor } from "lossgrad";
import { allocate } from "lossgrad/arrays";

const SEED = 20;
/** In the repository, which the root that PyTorch lies in shows at its own path. */
const FILES = fileURLToPath(new URL("results/", import.meta.url));

export interface Arrays {
  /** Uniform in [0, 1). */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Where a rival that is given an array puts the gradient. */
  readonly out: Float32Array;
}

export class Operands {
  readonly foreign: Arrays;
  readonly inPlace: Arrays;

  readonly input: Tensor;
  readonly target: Tensor;
  /** The input as a leaf that receives gradients. */
  readonly leaf: Tensor;

  private folder: string | null = null;

  constructor(readonly n: number) {
    manualSeed(SEED);
    this.foreign = { x: draw(n), y: draw(n), out: new Float32Array(n) };
    const { x, y } = this.foreign;
    this.inPlace = { x: placed(x), y: placed(y), out: allocate("float32", n) };
    this.input = tensor(x);
    this.target = tensor(y);
    this.leaf = this.input.detach().requiresGrad_();
  }

  /** The path of a file that holds x and then y, written when it is first asked for. */
  get file(): string {
    if (this.folder === null) {
      mkdirSync(FILES, { recursive: true });
      this.folder = mkdtempSync(join(FILES, "operands-"));
      writeFileSync(join(this.folder, "operands"), this.foreign.x);
      writeFileSync(join(this.folder, "operands"), this.foreign.y, { flag: "a" });
    }
    return join(this.folder, "operands");
  }

  dispose(): void {
    for (const tensor of [this.input, this.target, this.leaf.grad]) tensor?.dispose();
    if (this.folder !== null) rmSync(this.folder, { recursive: true });
  }
}

/** A copy that the kernels read in place. */
function placed(array: Float32Array): Float32Array {
  const copy = allocate("float32", array.length);
  copy.set(array);
  return copy;
}

/** `n` numbers in [0, 1), multiples of 2⁻²⁴. */
function draw(n: number): Float32Array {
  const drawn = rand([n]);
  const copy = drawn.array().slice();
  drawn.dispose();
  return copy;
}
