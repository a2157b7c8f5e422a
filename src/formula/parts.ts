/**
 * Sums and means of a formula's elements along dimensions, or weighted: correctly rounded, as
 * tensors sum. The terms are added up as they are computed, and the gradients for an upstream
 * gradient of 1 come along.
 */
import { binary, convert } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { divided } from "../ndarray/reductions.js";
import { isOne } from "../ndarray/ones.js";
import { sameShape, type Shape } from "../ndarray/shape.js";
import { sumInto } from "../ndarray/sums.js";
import { reshape } from "../ndarray/views.js";
import { composedGradients } from "../autograd/composed.js";
import { type EngineOptions, edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import { isGradEnabled } from "../autograd/mode.js";
import type { Wrap } from "../autograd/record.js";
import { numbersAmong } from "./apply.js";
import type { Request, Traced } from "./fused.js";
import type { Lowered } from "./lower.js";
import { runExactly, runProgram } from "./run.js";
import { allAtOnce, saveFor } from "./saved.js";
import { type ArrayRun, type Parts, rowsOfTerms } from "./term-rows.js";
import { MOST_CODE_WITH_SUMS, MOST_WITH_SUMS, SUMS_SLOT } from "./windows.js";

/** A call whose arguments were read. */
interface PartsCall<V extends Variable> {
  /** Of the node in the graph. */
  readonly node: string;
  readonly traced: Traced;
  /** Each tensor once, the weight behind them where there is one. */
  readonly operands: readonly V[];
  readonly mask: V | null;
  readonly reduction: "mean" | "sum";
  readonly shape: Shape;
  readonly parts: Parts;
  /**
   * What a mean divides the sum of each result by, of float64 and the result's shape; null for the
   * number of elements.
   */
  readonly counts: NdArray | null;
  /** The same by operations of tensors, of operands that may be others. */
  readonly compose: (operands: readonly V[]) => Variable;
  readonly wrap: Wrap<V>;
}

/**
 * The result, recorded where a gradient can reach an operand that requires one; null where there is
 * no program for it.
 */
export function applyInParts<V extends Variable>(call: PartsCall<V>): V | null {
  const { traced, operands, node, wrap } = call;
  const wanted = isGradEnabled() ? traced.differentiable(operands) : [];
  const work = new PartsEvaluation(call, wanted);
  const result = work.forward();
  if (!result || wanted.length === 0) return result && wrap(result, null, null);
  const edges = operands.map((x, i) => (wanted.includes(i) ? edgeTo(x) : null));
  const recorded = new GraphNode(node, edges, result.shape, result.dtype, (upstream, options) =>
    work.backward(upstream, options),
  );
  work.saveTo(recorded);
  return wrap(result, recorded, null);
}

class PartsEvaluation<V extends Variable> {
  /** The operands that are one number for all elements. */
  private readonly numbers: readonly number[];
  private readonly numel: number;
  /** The operands' shapes when the value was computed. */
  private readonly shapes: readonly Shape[];
  /** The gradients for an upstream gradient of ones, one for each operand that wants one. */
  private kept: readonly Variable[] = [];
  /** Throws when what the gradients are computed of has changed. */
  private checkSaved: () => void = () => undefined;

  constructor(
    private readonly call: PartsCall<V>,
    private readonly wanted: readonly number[],
  ) {
    const { operands, shape } = call;
    this.shapes = operands.map(({ nd }) => nd.shape);
    this.numel = shape.reduce((n, size) => n * size, 1);
    this.numbers = this.numel === 1 ? [] : numbersAmong(operands, wanted);
  }

  forward(): NdArray | null {
    const { traced, wrap, counts, reduction, parts } = this.call;
    const seed = this.wanted.length > 0 ? this.seedOf(1) : 1;
    const found = this.runOf({ value: "sum", wanted: this.wanted }, seed);
    if (!found) return null;
    const { run, stored } = found;
    this.kept = stored.map((nd) => wrap(nd, null, null));
    const dtype = traced.dtype!;
    const divisor = reduction === "mean" ? parts.length : 1;
    // One result is rounded to a half once, several are by way of float32, as sums of tensors are.
    if (parts.rows === 1 && (dtype === "float32" || dtype === "float64")) {
      const sum = runExactly(run, counts ? 1 : divisor) / (counts ? (counts.item() as number) : 1);
      return NdArray.scalar(dtype, sum).reshaped([...parts.result]);
    }
    if (reduction === "sum" || !counts) {
      const sums = NdArray.empty(dtype, parts.result);
      this.sum(run, divisor, sums);
      return sums;
    }
    const sums = NdArray.empty("float64", parts.result);
    this.sum(run, 1, sums);
    return convert(binary("div", sums, counts, "float64", sums), dtype);
  }

  private sum(run: ArrayRun, divisor: number, out: NdArray): void {
    const { layout, rows } = rowsOfTerms(run, this.call.parts, this.call.shape);
    sumInto(layout, rows, divisor, out, SUMS_SLOT);
  }

  /**
   * What reaches each element of an upstream gradient of ones: one number, or one for each result.
   */
  private seedOf(g: number): number | NdArray {
    const { reduction, counts, parts, traced } = this.call;
    if (reduction === "sum") return g;
    const dtype = traced.dtype ?? "float32";
    if (!counts) return divided(g, parts.length, dtype);
    const ones = NdArray.scalar("float64", g).expanded(counts.shape);
    return this.spread(convert(binary("div", ones, counts, "float64"), dtype));
  }

  /** Numbers of results, broadcast to the elements. */
  private spread(x: NdArray): NdArray {
    return reshape(x, this.call.parts.kept).expanded(this.call.shape);
  }

  /** The run of the program that is asked for, if there is one. */
  private runOf(
    { value, wanted }: Pick<Request, "value" | "wanted">,
    g: number | NdArray,
  ): { run: ArrayRun; stored: NdArray[] } | null {
    const { traced, mask, operands, shape } = this.call;
    const { dtype } = traced;
    if (dtype === null || !wanted.every((i) => sameShape(this.shapes[i], shape))) return null;
    const seed = g instanceof NdArray ? "operand" : "number";
    const masked = mask !== null;
    const asked = { value, wanted, seed, numbers: this.numbers, masked } as const;
    const lowered = traced.program(asked);
    if (!lowered || isLarge(lowered)) return null;
    const arrays = operands.map(({ nd }) => nd);
    const behind = arrays.length;
    const stored = lowered.program.outputs
      .filter(({ role }) => role === "store")
      .map(() => NdArray.empty(dtype, shape));
    const run = {
      program: lowered.program,
      operands: lowered.operands.map((i) => (i === behind ? (g as NdArray) : arrays[i]).expanded(shape)),
      numbers: lowered.numbers((i) => (i === behind ? (g as number) : Number(arrays[i].item()))),
      mask: mask?.nd.expanded(shape) ?? null,
      outputs: stored,
    };
    return { run, stored };
  }

  saveTo(node: GraphNode): void {
    const { operands, traced, mask } = this.call;
    const kept = { operands, shapes: this.shapes, mask, gradients: this.kept };
    this.checkSaved = saveFor(node, traced, kept);
  }

  backward(upstream: Variable, options: EngineOptions): (() => Variable | null)[] {
    this.checkSaved();
    return allAtOnce(this.call.operands.length, this.wanted, () => this.gradients(upstream, options));
  }

  private gradients(upstream: Variable, options: EngineOptions): readonly (Variable | null)[] {
    const { operands, compose, wrap } = this.call;
    if (!options.createGraph) {
      if (isOne(upstream.nd))
        return this.kept.map((gradient) => (options.retainGraph ? gradient.clone() : gradient));
      const { run, stored } = this.runOf({ value: null, wanted: this.wanted }, this.seedsFrom(upstream))!;
      runProgram(run);
      return stored.map((nd) => wrap(nd, null, null));
    }
    const isWanted = (_: V, i: number): boolean => this.wanted.includes(i);
    const gradients = composedGradients<V>(operands, isWanted, compose, upstream, options);
    return this.wanted.map((i) => gradients[i]);
  }

  private seedsFrom(upstream: Variable): NdArray {
    const { reduction, counts, parts, traced } = this.call;
    if (reduction === "sum") return this.spread(upstream.nd);
    if (!counts) return this.spread(upstream.div(parts.length).nd);
    return this.spread(convert(binary("div", upstream.nd, counts, "float64"), traced.dtype!));
  }
}

/** Whether a program would reach into the windows of a sum over its terms. */
function isLarge({ program: { operands, outputs, code } }: Lowered): boolean {
  return operands + outputs.length > MOST_WITH_SUMS || code.length > MOST_CODE_WITH_SUMS;
}
