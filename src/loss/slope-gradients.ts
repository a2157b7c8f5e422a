/**
 * Gradients of losses whose slopes depend on the operands, which must not change until they are
 * called for.
 */
import { type DType, roundFloat } from "../ndarray/dtype.js";
import { binary, contiguous, convert } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { isOne } from "../ndarray/ones.js";
import type { Shape } from "../ndarray/shape.js";
import type { GraphNode, Variable } from "../autograd/graph.js";
import type { Wrap } from "../autograd/record.js";
import { type Problem, slope, slopeDType, sumAndSlope } from "./evaluate.js";
import { elementsNow, type Gradients, type Operands, type Side } from "./gradients.js";
import { keepMasked } from "./mask.js";
import { arrayOf } from "./parts.js";
import { rowLossesAndSlopes, rowSlopes } from "./row-slopes.js";
import { lossOf, type Task } from "./task.js";

/**
 * Where the gradients come from:
 *
 *     one result    the gradient for the upstream 1 is computed with the value and kept, until another is asked for
 *     others        computed from the operands
 */
export class SlopeGradients<V extends Variable> implements Gradients {
  /** Whether what is kept is the target's gradient. */
  private readonly swapped: boolean;
  private kept: Variable | null = null;
  /** Whether what is kept is the gradient for the upstream 1: its norms did not underflow. */
  private isGradient = false;
  private readInput: () => Variable;
  private readTarget: () => Variable;
  private readMask: () => Variable | null;
  /** The operands' shapes when the loss was computed. */
  private readonly shapes: readonly [Shape, Shape, Shape | undefined];

  constructor(
    private readonly task: Task,
    private readonly operands: Operands<V>,
    private readonly wrap: Wrap<V>,
  ) {
    this.swapped = !operands.input.requiresGrad;
    this.readInput = () => operands.input;
    this.readTarget = () => operands.target;
    this.readMask = () => operands.mask;
    this.shapes = [operands.input.nd.shape, operands.target.nd.shape, operands.mask?.nd.shape];
  }

  forward(dtype: DType): NdArray {
    const { problem, mode, extent, divisor } = this.task;
    if (mode === "none") return lossOf(this.task, dtype);
    const out = this.blank();
    const seen = seenBy(this.swapped ? "target" : "input", problem);
    const norm = this.norm();
    this.kept = this.wrap(out, null, null);
    // A norm that underflows would lose the slopes that another upstream gradient needs.
    if (extent) {
      const all = typeof norm === "number" ? [norm] : norm;
      this.isGradient = all.every((x) => roundFloat(problem.dtype, x) !== 0);
      const parts = { problem: seen, extent, divisor };
      return rowLossesAndSlopes(parts, dtype, this.isGradient ? norm : 1, out);
    }
    this.isGradient = roundFloat(problem.dtype, norm as number) !== 0;
    const kept = this.isGradient ? (norm as number) : 1;
    return NdArray.scalar(dtype, sumAndSlope(seen, divisor as number, kept, out));
  }

  saveTo(node: GraphNode): void {
    const { input, target, mask } = this.operands;
    this.readInput = node.save(input);
    this.readTarget = node.save(target);
    if (mask) this.readMask = node.save(mask);
    if (this.kept) node.save(this.kept);
  }

  gradient(which: Side, upstream: Variable, retainGraph: boolean): Variable {
    this.checkOperands();
    const { mode, extent } = this.task;
    if (mode === "none") return this.elementwise(which, upstream);
    const own = (which === "target") === this.swapped;
    const one = extent ? isOne(upstream.nd) : upstream.nd.item() === 1;
    if (own && this.isGradient && one) return retainGraph ? this.kept!.clone() : this.kept!;
    if (extent) return this.ofRows(which, upstream);
    const g = upstream.nd.item() as number;
    const out = this.blank();
    slope(seenBy(which, this.current()), this.norm() as number, g, out);
    return this.wrap(out, null, null);
  }

  differentiable(which: Side, upstream: Variable): Variable {
    const { problem, extent } = this.task;
    const { row, dtype, parameter, input } = problem;
    const wide = slopeDType(problem);
    const mask = this.readMask();
    const read = (x: Variable): Variable => (mask ? x.expand(input.shape).keep(mask).to(wide) : x.to(wide));
    const [x, y] = [read(this.readInput()), read(this.readTarget())];
    const unit = row.slope(which === "input" ? x.sub(y) : y.sub(x), roundFloat(wide, parameter));
    const scaled = unit.mul(this.normFor(wide)).mul(spread(upstream.to(wide), extent?.kept));
    const gradient = scaled.to(dtype);
    return mask ? gradient.keep(mask) : gradient;
  }

  /** Reading what was saved checks that it has not changed. */
  private checkOperands(): void {
    this.readInput();
    this.readTarget();
    this.readMask();
  }

  /**
   * factor / N of a mean, factor of a sum, of each result where they differ; in float64, rounded by
   * whoever uses it.
   */
  private norm(): number | Float64Array {
    const { divisor, problem } = this.task;
    const { factor } = problem.row;
    return typeof divisor === "number" ? factor / divisor : divisor.map((n) => factor / n);
  }

  /** The same as a number, or as a tensor of `dtype` with one for each result. */
  private normFor(dtype: DType): Variable | number {
    const norm = this.norm();
    if (typeof norm === "number") return roundFloat(dtype, norm);
    const { extent } = this.task;
    return this.wrap(arrayOf(norm, dtype, extent!.result).reshaped(extent!.kept), null, null);
  }

  private blank(): NdArray {
    const { dtype, input } = this.task.problem;
    return NdArray.empty(dtype, input.shape);
  }

  /** The problem with the operands as they are now: `data` may have been assigned since. */
  private current(): Problem<NdArray> {
    const { problem } = this.task;
    const { shape } = problem.input;
    const [input, target] = [this.readInput(), this.readTarget()].map((x, i) =>
      elementsNow(x, this.shapes[i]!, shape),
    );
    const mask = this.readMask();
    return { ...problem, input, target, mask: mask && elementsNow(mask, this.shapes[2]!, shape) };
  }

  /** slope · upstream, element by element. */
  private elementwise(which: Side, upstream: Variable): Variable {
    const problem = seenBy(which, this.current());
    const { row, dtype, mask } = problem;
    const wide = slopeDType(problem);
    const slopes = NdArray.empty(wide, upstream.shape);
    slope({ ...problem, dtype: wide }, row.factor, 1, slopes);
    const product = convert(binary("mul", slopes, upstream.nd, wide, slopes), dtype);
    return this.wrap(mask ? keepMasked(product, mask) : product, null, null);
  }

  private ofRows(which: Side, upstream: Variable): Variable {
    const { problem, extent } = this.task;
    const wide = slopeDType(problem);
    const seen = { ...seenBy(which, this.current()), dtype: wide };
    const factor = convert(contiguous(upstream.nd), wide);
    const norm = this.norm();
    // Where each row has a norm of its own, the norm is one more factor.
    const [all, factors] =
      typeof norm === "number" ? [norm, [factor]] : [1, [arrayOf(norm, wide, extent!.result), factor]];
    return this.wrap(rowSlopes(seen, extent!, all, factors, this.blank()), null, null);
  }
}

/** `problem` as the operand `which` sees it: its difference first. */
function seenBy(which: Side, problem: Problem<NdArray>): Problem<NdArray> {
  return which === "input" ? problem : { ...problem, input: problem.target, target: problem.input };
}

/** Numbers of results, so that they broadcast to the elements. */
function spread(x: Variable, kept: Shape | undefined): Variable {
  return kept ? x.reshape(kept) : x;
}
