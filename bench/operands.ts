/** The operands of one size, as tensors, as arrays and as addresses. */
import { empty, manualSeed, rand, type Tensor } from "lossgrad";

/** torch draws the same numbers from it. */
export const SEED = 20;

/** What `rand` draws is a multiple of this, so sums of differences are whole numbers of it, exact in float64. */
const UNIT = 2 ** -24;

export class Operands {
  /** Uniform in [0, 1). */
  readonly input: Tensor;
  readonly target: Tensor;
  /** The input as a leaf that receives gradients. */
  readonly leaf: Tensor;
  /** Where rivals that are no tensors put the gradient. */
  private readonly output: Tensor;

  x!: Float32Array;
  y!: Float32Array;
  out!: Float32Array;
  /** The arrays' places in the linear memory. */
  at!: { x: number; y: number; out: number };

  constructor(readonly n: number) {
    manualSeed(SEED);
    this.input = rand([n]);
    this.target = rand([n]);
    this.leaf = this.input.detach().requiresGrad_();
    this.output = empty([n]);
    this.renewViews();
  }

  /** The arrays are detached when the linear memory grows. */
  renewViews(): void {
    this.x = this.input.array() as Float32Array;
    this.y = this.target.array() as Float32Array;
    this.out = this.output.array() as Float32Array;
    this.at = { x: this.x.byteOffset, y: this.y.byteOffset, out: this.out.byteOffset };
  }

  /** The exact mean of |x - y|. */
  exactMean(): number {
    let units = 0;
    for (let i = 0; i < this.n; i++) units += Math.abs(this.x[i] / UNIT - this.y[i] / UNIT);
    return (units * UNIT) / this.n;
  }

  /** The largest difference of an element of `gradient` from sign(x - y) / n. */
  gradientError(gradient: Float32Array): number {
    const scale = Math.fround(1 / this.n);
    let largest = 0;
    for (let i = 0; i < this.n; i++) {
      const expected = Math.sign(this.x[i] - this.y[i]) * scale;
      largest = Math.max(largest, Math.abs(gradient[i] - expected));
    }
    return largest;
  }

  dispose(): void {
    for (const tensor of [this.input, this.target, this.output, this.leaf.grad]) tensor?.dispose();
  }
}
