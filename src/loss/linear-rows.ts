/**
 * A loss of rows of classes whose logits are products, x Wᵀ + b: one pass over blocks of rows, of
 * which the logits of one block alone are there at a time. A block goes this way, where W has a row
 * for each class and place (of a K-dimensional loss there are several places, which share classes):
 *
 *     x (r, D)  --transpose-->  (D, r)  --W ·-->  logits (C · P, r)  --transpose-->  (P · r, C)
 *        --the rows' kernel-->  slopes (P · r, C)  --transpose-->  g (C · P, r)
 *     g · x is added to the gradient of W, and gᵀ · W is that of x
 *
 * W is read as it lies, so that no copy of it is made. Every sum goes on from block to block in the
 * order of its terms: how many rows a block has does not show, and results have the bits of the
 * loss of the product of matrices.
 */
import { lostBySum } from "../core/error-free.js";
import { BLOCK } from "../core/block.js";
import type { LinearMemory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { Rooms, type RowTag } from "../ndarray/class-rows.js";
import { type DType, dtypes } from "../ndarray/dtype.js";
import { contiguous, convert, fill } from "../ndarray/elementwise.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { RowReader } from "../ndarray/row-reader.js";
import { inBlocks, pathThrough } from "../ndarray/window.js";
import { permute, reshape } from "../ndarray/views.js";
import { kernelOf, type RowTerms, tagOf } from "./row-problem.js";

export interface LinearProblem {
  /** The loss of the logits, whose layout is [rows, classes, places]. */
  readonly terms: RowTerms & { readonly probabilities: NdArray | null };
  /** (rows, features), or the one row. */
  readonly input: NdArray;
  /** (classes, …, features) */
  readonly weight: NdArray;
  /** (classes, …), or null. */
  readonly bias: NdArray | null;
  /** What logits and their slopes are rounded to. */
  readonly rounded: DType;
  /** How many rows a block has. */
  readonly rowsAtOnce: number;
}

/** What a pass writes, of the type that it computes in, and what slopes are multiplied by. */
interface LinearPass {
  /** The loss of each row and place. */
  readonly losses?: NdArray;
  readonly input?: NdArray | null;
  readonly weight?: NdArray | null;
  readonly bias?: NdArray | null;
  readonly norm?: number;
  /** A factor for each row and place besides. */
  readonly norms?: Float64Array | null;
}

/** The dtype that a problem is computed in. */
export const wideOf = ({ terms }: LinearProblem): "float32" | "float64" =>
  tagOf(terms.dtype) === "f64" ? "float64" : "float32";

/** One pass over the rows. */
export function runLinear(given: LinearProblem, pass: LinearPass): void {
  // Of halves the weight is taken as float32, once: it is read for each block.
  const weight = contiguous(convert(given.weight, wideOf(given)));
  const { outer, classes, inner } = given.terms.layout;
  const probabilities =
    given.terms.probabilities && reshape(given.terms.probabilities, [outer, classes, inner]);
  const problem = { ...given, weight, terms: { ...given.terms, probabilities } };
  if (pass.weight) fill(pass.weight, 0);
  const rooms = new Rooms(weight.memory);
  try {
    const sums = operate(() => new Blocks(problem, pass, rooms).run());
    const { bias } = pass;
    if (bias) operate(() => (bias.numbers() as Float32Array | Float64Array).set(sums));
  } finally {
    rooms.give();
    if (weight.storage !== given.weight.storage) weight.storage.dispose();
    if (probabilities?.storage !== given.terms.probabilities?.storage) probabilities?.storage.dispose();
  }
}

/** Elements of W that stay in a cache while the rows of a block are multiplied with them. */
const SLICE = 2 * BLOCK;

/** Where what a block passes through lies. */
interface Places {
  /** (features, r) */
  readonly turned: number;
  /** (classes · places, r), of logits and then of slopes. */
  readonly logits: number;
  /** (places · r, classes), of the same. */
  readonly rows: number;
  /** (r, some of the slopes), beside each other. */
  readonly slices: number;
  /** Of each place and row. */
  readonly targets: number;
  readonly losses: number;
  readonly norms: number;
  /** As many ones as rows. */
  readonly ones: number;
}

/** The slot whose windows numbers are rounded in. */
const ROUNDING_SLOT = 3;

/** The blocks of a pass, and what they pass through. */
class Blocks {
  private readonly tag: RowTag;
  private readonly bytes: 4 | 8;
  private readonly memory: LinearMemory;
  private readonly rows: number;
  private readonly classes: number;
  private readonly places: number;
  private readonly features: number;
  /** How many rows of W are multiplied with at a time. */
  private readonly slice: number;
  private readonly x: RowReader;
  private readonly y: RowReader | null;
  private readonly bias: RowReader | null;
  private readonly at: Places;
  private readonly w: number;
  private readonly out: Readonly<Record<"losses" | "input" | "weight", number>>;
  private readonly kernel: ReturnType<typeof kernelOf>;
  private readonly path: ReturnType<typeof pathThrough>;

  constructor(
    private readonly problem: LinearProblem,
    private readonly pass: LinearPass,
    rooms: Rooms,
  ) {
    const { terms, input, weight, bias, rounded, rowsAtOnce } = problem;
    const { outer, classes, inner } = terms.layout;
    this.tag = tagOf(terms.dtype);
    this.bytes = this.tag === "f64" ? 8 : 4;
    this.memory = weight.memory;
    [this.rows, this.classes, this.places] = [outer, classes, inner];
    this.features = weight.shape[weight.shape.length - 1];
    const outputs = classes * inner;
    this.slice = Math.max(1, Math.min(outputs, Math.floor(SLICE / Math.max(this.features, 1))));
    const take = (n: number): number => rooms.take(n * this.bytes);
    const most = Math.min(rowsAtOnce, outer);
    this.x = new RowReader(input, this.features, most, this.tag, 0, rooms);
    const inPlaces = terms.probabilities && permute(terms.probabilities, [2, 0, 1]);
    this.y = inPlaces && new RowReader(inPlaces, classes, most * inner, this.tag, 1, rooms, inner === 1);
    this.bias = bias && new RowReader(bias, outputs, 1, this.tag, 2, rooms);
    this.at = {
      turned: take(most * this.features),
      logits: take(most * outputs),
      rows: take(most * outputs),
      slices: take(most * this.slice),
      targets: rooms.take(4 * most * inner),
      losses: take(most * inner),
      norms: take(most * inner),
      ones: take(most),
    };
    this.w = weight.address();
    this.out = {
      losses: pass.losses?.address() ?? 0,
      input: pass.input?.address() ?? 0,
      weight: pass.weight?.address() ?? 0,
    };
    this.kernel = kernelOf(terms, this.memory, pass.norm ?? 1, rooms);
    const { storage } = dtypes[rounded];
    this.path = pathThrough(this.tag, storage, this.tag);
    if (this.path.length > 0) this.memory.window(2 * ROUNDING_SLOT);
    this.numbers.fill(1, this.at.ones / this.bytes, this.at.ones / this.bytes + most);
  }

  /** Goes through the blocks; returns the gradient of the bias where one is wanted. */
  run(): Float64Array {
    const { problem, pass, rows } = this;
    const outputs = pass.bias ? this.outputs : 0;
    const sums = new Float64Array(outputs);
    const lost = new Float64Array(outputs);
    for (let first = 0; first < rows; first += problem.rowsAtOnce) {
      const n = Math.min(problem.rowsAtOnce, rows - first);
      const x = this.x.read(first, n);
      this.putLogits(x, n);
      this.putLosses(first, n);
      if (this.wantsSlopes) this.addGradients(x, first, n);
      if (pass.bias) this.addRows(sums, lost, n);
    }
    return sums.map((sum, i) => (Number.isFinite(sum) ? sum + lost[i] : sum));
  }

  private get outputs(): number {
    return this.classes * this.places;
  }

  private get wantsSlopes(): boolean {
    const { input, weight, bias } = this.pass;
    return Boolean(input ?? weight ?? bias);
  }

  private get numbers(): Float32Array | Float64Array {
    return this.tag === "f64" ? this.memory.f64 : this.memory.f32;
  }

  /** out[columns][rows] of x[rows][columns] */
  private transpose(x: number, out: number, rows: number, columns: number): void {
    const { memory, bytes } = this;
    memory.kernels[`transpose_${bytes}`](x, columns * bytes, out, rows * bytes, rows, columns);
  }

  /** The logits of n rows, each rounded as that of tensors is. */
  private putLogits(x: number, n: number): void {
    const { memory, tag, at, features, outputs } = this;
    const { kernels } = memory;
    this.transpose(x, at.turned, n, features);
    kernels[`matmul_${tag}`](this.w, at.turned, at.logits, outputs, features, n);
    // The bias times 1, added to each product.
    if (this.bias) kernels[`addmatmul_${tag}`](this.bias.read(0, 1), at.ones, at.logits, outputs, 1, n);
    this.round(at.logits, outputs * n);
  }

  private round(address: number, length: number): void {
    const { memory, path, bytes } = this;
    if (path.length === 0) return;
    const window = memory.window(2 * ROUNDING_SLOT);
    inBlocks(length, (start, n) => {
      memory.kernels[path[0]](address + start * bytes, window, n);
      memory.kernels[path[1]](window, address + start * bytes, n);
    });
  }

  /** The losses of n rows, and slopes in the place of the logits. */
  private putLosses(first: number, n: number): void {
    const { at, bytes, places, classes, rows } = this;
    this.transpose(at.logits, at.rows, classes, places * n);
    this.putOfRows(first, n);
    let y = 0;
    if (this.y && places === 1) y = this.y.read(first, n);
    else if (this.y) for (let p = 0; p < places; p++) y = this.y.gather(p * rows + first, n, p * n);
    const losses = this.out.losses && (places === 1 ? this.out.losses + first * bytes : at.losses);
    const grad = this.wantsSlopes ? at.rows : 0;
    const norms = this.pass.norms ? at.norms : 0;
    const targets = this.problem.terms.classes ? at.targets : 0;
    this.kernel({ x: at.rows, y, targets }, [losses, grad, norms], places * n);
    if (losses && places > 1) this.transpose(losses, this.out.losses + first * places * bytes, places, n);
  }

  /** What n rows have of their own: target classes and factors, place by place. */
  private putOfRows(first: number, n: number): void {
    const { memory, numbers, at, places, bytes } = this;
    const { classes } = this.problem.terms;
    const { norms } = this.pass;
    for (let p = 0; p < places; p++) {
      for (let r = 0; r < n; r++) {
        const from = (first + r) * places + p;
        const to = p * n + r;
        if (classes) memory.u32[at.targets / 4 + to] = classes[from];
        if (norms) numbers[at.norms / bytes + to] = norms[from];
      }
    }
  }

  /** The gradients of n rows, whose slopes are there. */
  private addGradients(x: number, first: number, n: number): void {
    const { memory, at, tag, bytes, places, classes, features, outputs } = this;
    this.round(at.rows, outputs * n);
    this.transpose(at.rows, at.logits, places * n, classes);
    const add = memory.kernels[`addmatmul_${tag}`];
    if (this.out.weight) add(at.logits, x, this.out.weight, outputs, n, features);
    if (!this.out.input) return;
    const out = this.out.input + first * features * bytes;
    memory.clear(out, n * features * bytes);
    for (let j = 0; j < outputs; j += this.slice) {
      const many = Math.min(this.slice, outputs - j);
      this.transpose(at.logits + j * n * bytes, at.slices, many, n);
      add(at.slices, this.w + j * features * bytes, out, n, many, features);
    }
  }

  /** Adds the slopes of n rows, row by row, to the sums of two terms of each class and place. */
  private addRows(sums: Float64Array, lost: Float64Array, n: number): void {
    const { numbers, at, bytes } = this;
    let place = at.logits / bytes;
    for (let j = 0; j < sums.length; j++) {
      let sum = sums[j];
      let rest = lost[j];
      for (const end = place + n; place < end; place++) {
        const slope = numbers[place];
        const next = sum + slope;
        rest += lostBySum(sum, slope, next);
        sum = next;
      }
      sums[j] = sum;
      lost[j] = rest;
    }
  }
}
