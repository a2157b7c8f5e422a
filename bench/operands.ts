/** The operands of one size: as ordinary arrays, as tensors, and as a file for other processes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, rand, tensor, type Tensor } from "lossgrad";

const SEED = 20;

export class Operands {
  /** Uniform in [0, 1). */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Where a rival that is given an array puts the gradient. */
  readonly out: Float32Array;

  readonly input: Tensor;
  readonly target: Tensor;
  /** The input as a leaf that receives gradients. */
  readonly leaf: Tensor;

  private folder: string | null = null;

  constructor(readonly n: number) {
    manualSeed(SEED);
    this.x = draw(n);
    this.y = draw(n);
    this.out = new Float32Array(n);
    this.input = tensor(this.x);
    this.target = tensor(this.y);
    this.leaf = this.input.detach().requiresGrad_();
  }

  /** The path of a file that holds x and then y, written when it is first asked for. */
  get file(): string {
    if (this.folder === null) {
      this.folder = mkdtempSync(join(tmpdir(), "lossgrad-bench-"));
      writeFileSync(join(this.folder, "operands"), this.x);
      writeFileSync(join(this.folder, "operands"), this.y, { flag: "a" });
    }
    return join(this.folder, "operands");
  }

  dispose(): void {
    for (const tensor of [this.input, this.target, this.leaf.grad]) tensor?.dispose();
    if (this.folder !== null) rmSync(this.folder, { recursive: true });
  }
}

/** `n` numbers in [0, 1), multiples of 2⁻²⁴. */
function draw(n: number): Float32Array {
  const drawn = rand([n]);
  const copy = drawn.array().slice();
  drawn.dispose();
  return copy;
}
