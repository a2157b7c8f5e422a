/** The node of a loss in the graph: a gradient computed with the value, or from the inputs when it is called for. */
import { roundFloat, type DType } from "../ndarray/dtype.js";
import { binary, convert, unary } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { type EngineOptions, edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import type { Wrap } from "../autograd/record.js";
import {
  divided,
  type Problem,
  slope,
  slopeDType,
  sumAndSlope,
  values,
  valuesAndSlopes,
} from "./evaluate.js";
import type { Reduction } from "./losses.js";

interface Operands<V> {
  readonly input: V;
  readonly target: V;
}

type Side = keyof Operands<unknown>;

/** The loss of `problem`, recorded: its operands `input` and `target` get gradients where they require them. */
export function recordLoss<V extends Variable>(
  problem: Problem<NdArray>,
  reduction: Reduction,
  resultDType: DType,
  operands: Operands<V>,
  wrap: Wrap<V>,
): V {
  const gradient = new LossGradient(problem, reduction, operands, wrap);
  const result = gradient.forward(resultDType);
  const { input, target } = operands;
  const node: GraphNode = new GraphNode(
    problem.row.nodes[reduction],
    [edgeTo(input), edgeTo(target)],
    result.shape,
    result.dtype,
    (upstream, options) => {
      node.checkUsable();
      return gradient.backward(upstream.to(problem.dtype), options);
    },
  );
  gradient.saveTo(node);
  return wrap(result, node, null);
}

/**
 * Where the gradients come from:
 *
 *     L1                      its slopes are computed with the value and kept, since torch lets its inputs change afterwards
 *     others, mean and sum    the gradient for the upstream 1 is computed with the value and kept, until another is asked for
 *     others, none            computed from the inputs, which must not have changed
 */
class LossGradient<V extends Variable> {
  private readonly swapped: boolean;
  /** norm · slope, of the input, or of the target if that alone requires grad. */
  private kept: Variable | null = null;
  private keptNorm = 0;
  private readInput: () => Variable;
  private readTarget: () => Variable;
  /** The operands' shapes when the loss was computed. */
  private readonly shapes: readonly [Shape, Shape];

  constructor(
    private readonly problem: Problem<NdArray>,
    private readonly reduction: Reduction,
    private readonly operands: Operands<V>,
    private readonly wrap: Wrap<V>,
  ) {
    this.swapped = !operands.input.requiresGrad;
    this.readInput = () => operands.input;
    this.readTarget = () => operands.target;
    this.shapes = [operands.input.nd.shape, operands.target.nd.shape];
  }

  /** factor / N of a mean, factor of a sum; in float64, rounded by whoever uses it. */
  private norm(): number {
    const { row, input } = this.problem;
    return this.reduction === "mean" ? row.factor / input.numel : row.factor;
  }

  /** The problem with the operands as they are now: `data` may have been assigned since. */
  private current(): Problem<NdArray> {
    const { shape } = this.problem.input;
    const arrays = [this.readInput().nd, this.readTarget().nd] as const;
    if (!arrays.every((nd, i) => sameShape(nd.shape, this.shapes[i]))) {
      throw new Error(
        "backward: expected operands of the shapes that the loss was computed of, got data of another shape assigned since",
      );
    }
    return { ...this.problem, input: arrays[0].expanded(shape), target: arrays[1].expanded(shape) };
  }

  /** `problem` as the operand `which` sees it: its difference first. L1's is a sign, turned by the norm's instead. */
  private seenBy(which: Side, problem: Problem<NdArray>): Problem<NdArray> {
    if (which === "input" || problem.row.divides) return problem;
    return { ...problem, input: problem.target, target: problem.input };
  }

  forward(resultDType: DType): NdArray {
    const { row, dtype, input } = this.problem;
    if (this.reduction === "none") {
      return convert(row.divides ? this.valuesKeepingSlopes() : this.values(), resultDType);
    }
    const out = NdArray.empty(dtype, input.shape);
    // A norm that underflows would lose the signs that another upstream gradient needs.
    const norm = roundFloat(dtype, this.norm()) === 0 ? 1 : this.norm();
    const divisor = this.reduction === "mean" ? input.numel : 1;
    const seen = this.seenBy(this.swapped ? "target" : "input", this.problem);
    const value = sumAndSlope(seen, divisor, this.signed(norm), out);
    this.keep(out, norm);
    return NdArray.scalar(resultDType, value);
  }

  private values(): NdArray {
    const result = this.blank();
    values(this.problem, result);
    return result;
  }

  private valuesKeepingSlopes(): NdArray {
    const [result, slopes] = [this.blank(), this.blank()];
    valuesAndSlopes(this.problem, 1, result, slopes);
    this.keep(slopes, 1);
    return result;
  }

  /** The norm for what is kept: L1's target gradient is the input's, negated. */
  private signed(norm: number): number {
    return this.swapped && this.problem.row.divides ? -norm : norm;
  }

  private keep(out: NdArray, norm: number): void {
    this.kept = this.tensorOf(out);
    this.keptNorm = norm;
  }

  saveTo(node: GraphNode): void {
    if (!this.problem.row.divides) {
      this.readInput = node.save(this.operands.input);
      this.readTarget = node.save(this.operands.target);
    }
    if (this.kept) node.save(this.kept);
  }

  backward(upstream: Variable, options: EngineOptions): (() => Variable | null)[] {
    if (options.createGraph) {
      return [() => this.differentiable(upstream, "input"), () => this.differentiable(upstream, "target")];
    }
    return [
      () => this.gradientOf("input", upstream, options),
      () => this.gradientOf("target", upstream, options),
    ];
  }

  private gradientOf(which: Side, upstream: Variable, { retainGraph }: EngineOptions): Variable {
    const { row } = this.problem;
    if (!row.divides) this.checkInputs();
    if (this.reduction === "none") return this.elementwise(which, upstream, !retainGraph);
    const g = upstream.nd.item() as number;
    const own = (which === "target") === this.swapped;
    if (own && g === 1 && this.kept && this.keptNorm === this.norm())
      return retainGraph ? this.kept.clone() : this.kept;
    if (row.divides) return this.tensorOf(this.rescaled(which, g, own && !retainGraph));
    const out = this.blank();
    slope(this.seenBy(which, this.current()), this.norm(), g, out);
    return this.tensorOf(out);
  }

  /** Reading what was saved checks that it has not changed. */
  private checkInputs(): void {
    this.readInput();
    this.readTarget();
  }

  /** What was kept, where nothing reads it later, else a new array. */
  private outFor(mayOverwrite: boolean): NdArray {
    const { input, target } = this.operands;
    const both = input.requiresGrad && target.requiresGrad;
    return mayOverwrite && !both ? this.kept!.nd : this.blank();
  }

  private blank(): NdArray {
    return NdArray.empty(this.problem.dtype, this.problem.input.shape);
  }

  /** sign(d) of L1 from the slopes that were kept, times `norm`. */
  private signs(norm: number, out: NdArray): NdArray {
    const zero = NdArray.scalar(this.problem.dtype, 0).expanded(out.shape);
    const kept = this.kept!.nd;
    // What was kept for the target is negated: so is its difference from 0, the other way round.
    const [input, target] = this.swapped && this.reduction !== "none" ? [zero, kept] : [kept, zero];
    slope({ ...this.problem, input, target }, norm, 1, out);
    return out;
  }

  /** L1's gradient for the upstream gradient g: a division by N, rounded once, times the sign. */
  private rescaled(which: Side, g: number, mayOverwrite: boolean): NdArray {
    const { dtype, input } = this.problem;
    const each = this.reduction === "mean" ? divided(g, input.numel, dtype) : g;
    const out = this.outFor(mayOverwrite);
    return this.signs(which === "target" ? -each : each, out);
  }

  /** The gradient of an unreduced loss: slope · upstream, element by element. */
  private elementwise(which: Side, upstream: Variable, mayOverwrite: boolean): Variable {
    const { row, dtype } = this.problem;
    if (row.divides) {
      const product = this.outFor(mayOverwrite);
      binary("mul", this.kept!.nd, upstream.nd, dtype, product);
      return this.tensorOf(which === "target" ? unary("neg", product, 0, 0, product) : product);
    }
    const wide = slopeDType(this.problem);
    const slopes = NdArray.empty(wide, upstream.shape);
    slope({ ...this.seenBy(which, this.current()), dtype: wide }, row.factor, 1, slopes);
    return this.tensorOf(convert(binary("mul", slopes, upstream.nd, wide, slopes), dtype));
  }

  /** The same gradient as a differentiable expression. */
  private differentiable(upstream: Variable, which: Side): Variable {
    const { row, input, dtype, parameter } = this.problem;
    if (row.divides) {
      const scaled = this.reduction === "mean" ? upstream.div(input.numel) : upstream;
      const gradient = this.connectedSigns().mul(scaled);
      return which === "target" ? gradient.neg() : gradient;
    }
    const wide = slopeDType(this.problem);
    const [x, y] = [this.readInput().to(wide), this.readTarget().to(wide)];
    const p = roundFloat(wide, parameter);
    const unit = row.slope(which === "input" ? x.sub(y) : y.sub(x), p);
    const gradient = unit.mul(roundFloat(wide, this.norm())).mul(upstream.to(wide));
    return gradient.to(dtype);
  }

  /** L1's signs as a tensor that depends on both operands, with derivative 0, as torch's do. */
  private connectedSigns(): Variable {
    const nd = this.signs(1, this.blank());
    const edges = [edgeTo(this.operands.input), edgeTo(this.operands.target)];
    const zeros = (g: Variable) => [() => g.zeros(), () => g.zeros()];
    return this.wrap(nd, new GraphNode("SgnBackward0", edges, nd.shape, nd.dtype, zeros), null);
  }

  private tensorOf(nd: NdArray): V {
    return this.wrap(nd, null, null);
  }
}
