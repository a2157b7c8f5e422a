/**
 * Gradients of L1, which are signs: computed with the loss and kept, since torch lets its operands
 * change afterwards.
 */
import type { DType } from "../ndarray/dtype.js";
import { binary, contiguous, convert, unary } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { isOne } from "../ndarray/ones.js";
import type { Shape } from "../ndarray/shape.js";
import { edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import type { Wrap } from "../autograd/record.js";
import { divided, type Problem, slope, slopeDType, sumAndSlope, valuesAndSlopes } from "./evaluate.js";
import { elementsNow, type Gradients, type Operands, type Side } from "./gradients.js";
import { keepMasked } from "./mask.js";
import { arrayOf } from "./parts.js";
import { rowLossesAndSlopes, rowSlopes } from "./row-slopes.js";
import type { Divisor } from "./rows.js";
import type { Task } from "./task.js";

/**
 * What is kept:
 *
 *     none      signs of input - target
 *     others    the gradient for the upstream 1, of the target where that alone requires it
 *
 * The gradient for another upstream is a division by N, rounded once, times the sign.
 */
export class SignGradients<V extends Variable> implements Gradients {
  /** Whether what is kept is the target's gradient. */
  private readonly swapped: boolean;
  private kept!: Variable;
  /** Whether what is kept is the gradient for the upstream 1, and not signs alone. */
  private isGradient = false;
  private readMask: (() => Variable) | null = null;
  private readonly maskShape: Shape | undefined;

  constructor(
    private readonly task: Task,
    private readonly operands: Operands<V>,
    private readonly wrap: Wrap<V>,
  ) {
    this.swapped = !operands.input.requiresGrad && task.mode !== "none";
    this.maskShape = operands.mask?.nd.shape;
  }

  forward(dtype: DType): NdArray {
    const { problem, mode, extent, divisor } = this.task;
    const slopes = NdArray.empty(problem.dtype, problem.input.shape);
    this.kept = this.wrap(slopes, null, null);
    if (mode === "none") {
      const values = this.blank();
      valuesAndSlopes(problem, 1, values, slopes);
      return convert(values, dtype);
    }
    const norm = this.norms();
    // A norm that underflows would lose the signs that another upstream gradient needs.
    this.isGradient = typeof norm === "number" ? norm !== 0 : norm.every((each) => each !== 0);
    const kept = this.isGradient ? norm : this.swapped ? -1 : 1;
    if (extent) {
      return rowLossesAndSlopes({ problem, extent, divisor }, dtype, kept, slopes);
    }
    return NdArray.scalar(dtype, sumAndSlope(problem, divisor as number, kept as number, slopes));
  }

  /**
   * The gradient of each result for each sign, 1 / N of a mean; of the target where that alone
   * requires one.
   */
  private norms(): number | Float64Array {
    const { divisor, problem } = this.task;
    const one = this.swapped ? -1 : 1;
    if (typeof divisor === "number") return divided(one, divisor, problem.dtype);
    return divisor.map((n) => divided(one, n, problem.dtype));
  }

  saveTo(node: GraphNode): void {
    node.save(this.kept);
    const { mask } = this.operands;
    if (mask) this.readMask = node.save(mask);
  }

  gradient(which: Side, upstream: Variable, retainGraph: boolean): Variable {
    this.readMask?.();
    const { mode, extent } = this.task;
    if (mode === "none") return this.elementwise(which, upstream, !retainGraph);
    const own = (which === "target") === this.swapped;
    const one = extent ? isOne(upstream.nd) : upstream.nd.item() === 1;
    if (own && this.isGradient && one) return retainGraph ? this.kept.clone() : this.kept;
    if (extent) return this.ofRows(which, upstream, own && !retainGraph);
    const g = upstream.nd.item() as number;
    const each =
      this.task.mode === "mean" ? divided(g, this.task.divisor as number, this.task.problem.dtype) : g;
    const out = this.outFor(own && !retainGraph);
    slope(this.ofKept(), which === "target" ? -each : each, 1, out);
    return this.wrap(out, null, null);
  }

  differentiable(which: Side, upstream: Variable): Variable {
    const { problem, mode, extent, divisor } = this.task;
    const scaled = mode === "mean" ? divide(upstream, divisor, problem.dtype, this.wrap) : upstream;
    const rows = extent ? scaled.reshape(extent.kept) : scaled;
    const gradient = this.connectedSigns().mul(rows);
    const own = which === "target" ? gradient.neg() : gradient;
    const mask = this.readMask?.();
    return mask ? own.keep(mask) : own;
  }

  private blank(): NdArray {
    const { dtype, input } = this.task.problem;
    return NdArray.empty(dtype, input.shape);
  }

  /** What was kept, where nothing reads it later, else a new array. */
  private outFor(mayOverwrite: boolean): NdArray {
    const { input, target } = this.operands;
    const both = input.requiresGrad && target.requiresGrad;
    return mayOverwrite && !both ? this.kept.nd : this.blank();
  }

  /** A loss whose signs are those of this one. */
  private ofKept(): Problem<NdArray> {
    const { problem } = this.task;
    const zero = NdArray.scalar(problem.dtype, 0).expanded(problem.input.shape);
    // What was kept for the target is negated: so is its difference from 0, the other way round.
    const [input, target] = this.swapped ? [zero, this.kept.nd] : [this.kept.nd, zero];
    return { ...problem, input, target, mask: this.mask() };
  }

  /** The mask as it is now. */
  private mask(): NdArray | null {
    const mask = this.readMask?.() ?? null;
    return mask && elementsNow(mask, this.maskShape!, this.task.problem.input.shape);
  }

  private elementwise(which: Side, upstream: Variable, mayOverwrite: boolean): Variable {
    const { dtype } = this.task.problem;
    const mask = this.mask();
    const product = this.outFor(mayOverwrite);
    binary("mul", this.kept.nd, upstream.nd, dtype, product);
    if (which === "target") unary("neg", product, 0, 0, product);
    return this.wrap(mask ? keepMasked(product, mask) : product, null, null);
  }

  private ofRows(which: Side, upstream: Variable, mayOverwrite: boolean): Variable {
    const { problem, mode, extent, divisor } = this.task;
    const each = mode === "mean" ? divide(upstream, divisor, problem.dtype, this.wrap).nd : upstream.nd;
    const factor = convert(contiguous(which === "target" ? unary("neg", each) : each), slopeDType(problem));
    const signs = { ...this.ofKept(), dtype: factor.dtype };
    return this.wrap(rowSlopes(signs, extent!, 1, [factor], this.outFor(mayOverwrite)), null, null);
  }

  /** The signs as a tensor that depends on both operands, with derivative 0, as torch's do. */
  private connectedSigns(): Variable {
    const nd = this.blank();
    slope(this.ofKept(), 1, 1, nd);
    const edges = [edgeTo(this.operands.input), edgeTo(this.operands.target)];
    const zeros = (g: Variable) => [() => g.zeros(), () => g.zeros()];
    return this.wrap(nd, new GraphNode("SgnBackward0", edges, nd.shape, nd.dtype, zeros), null);
  }
}

/** g / N as torch divides: in float32 for halves, N converted first, rounded once. */
function divide<V extends Variable>(g: Variable, n: Divisor, dtype: DType, wrap: Wrap<V>): Variable {
  if (typeof n === "number") return g.div(n);
  return g.div(wrap(arrayOf(n, dtype === "float64" ? dtype : "float32", g.shape), null, null)).to(dtype);
}
