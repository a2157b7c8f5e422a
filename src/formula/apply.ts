/** A fused function on tensors: its value, and one node in the graph for all of it. */
import { broadcastShapes, numelOf, sameShape, type Shape } from "../ndarray/shape.js";
import { NdArray } from "../ndarray/ndarray.js";
import { copy } from "../ndarray/elementwise.js";
import { divided } from "../ndarray/reductions.js";
import { composedGradients } from "../autograd/composed.js";
import { type EngineOptions, edgeTo, GraphNode, type Variable } from "../autograd/graph.js";
import { isGradEnabled, withGradMode } from "../autograd/mode.js";
import type { Wrap } from "../autograd/record.js";
import { scope } from "../core/scope.js";
import type { Request, Traced } from "./fused.js";
import { replay } from "./replay.js";
import { runExactly, runProgram } from "./run.js";
import { allAtOnce, saveFor } from "./saved.js";

/** How the elements become a result. */
export type Reduction = "none" | "mean" | "sum";

/** A call of a fused function whose arguments were read. */
export interface Call<V extends Variable> {
  /** Of the node in the graph. */
  readonly node: string;
  readonly traced: Traced;
  /** Each tensor once. */
  readonly operands: readonly V[];
  /** What the operands that the result depends on are broadcast to. */
  readonly shape: Shape;
  readonly reduction: Reduction;
  readonly mask: Mask<V> | null;
  /** What a mean divides by; null for the number of elements that count. */
  readonly divisor: number | null;
  readonly wrap: Wrap<V>;
}

/** Which elements count. */
export interface Mask<V> {
  /** Bools or bytes, which broadcast to the shape of the result's elements. */
  readonly tensor: V;
  /** How many elements it keeps. */
  readonly kept: number;
}

/** The broadcast shape of the operands that the result depends on. */
export function shapeOfElements({ used }: Traced, operands: readonly Variable[]): Shape {
  let shape: Shape | null = null;
  for (let i = 0; i < operands.length; i++) {
    if (!used.has(i)) continue;
    const other = operands[i].nd.shape;
    if (shape === null) shape = other;
    else if (!sameShape(shape, other)) shape = broadcastShapes(shape, other);
  }
  return shape!;
}

const NONE: readonly number[] = [];

/** The result of a call, recorded where a gradient can reach an operand that requires one. */
export function applyFused<V extends Variable>(call: Call<V>): V {
  const { traced, operands, node, wrap } = call;
  const wanted = isGradEnabled() ? traced.differentiable(operands) : NONE;
  const work = new Evaluation(call, wanted);
  const result = work.forward();
  if (wanted.length === 0) return wrap(result, null, null);
  const edges = operands.map((x, i) => (wanted.includes(i) ? edgeTo(x) : null));
  const recorded = new GraphNode(node, edges, result.shape, result.dtype, (upstream, options) =>
    work.backward(upstream, options),
  );
  work.saveTo(recorded);
  return wrap(result, recorded, null);
}

/** The operands of one element each whose gradients nobody wants. */
export function numbersAmong(operands: readonly Variable[], wanted: readonly number[]): readonly number[] {
  let numbers = NONE;
  for (let i = 0; i < operands.length; i++) {
    if (operands[i].nd.numel === 1 && !wanted.includes(i)) numbers = [...numbers, i];
  }
  return numbers;
}

/**
 * Where values and gradients come from: the formula's program where it has one. It has none for
 * operands of several dtypes, nor where the gradient of a broadcast operand is a sum, nor for what
 * no instruction computes; then they come from the same operations of tensors.
 */
class Evaluation<V extends Variable> {
  private readonly shape: Shape;
  private readonly numel: number;
  /** The operands that are one number for all elements. */
  private readonly numbers: readonly number[];
  /** The gradients for an upstream gradient of 1, one for each operand that wants one. */
  private kept: readonly Variable[] | null = null;
  /** Throws when what the gradients are computed of has changed. */
  private checkSaved: () => void = () => undefined;
  /** The operands' shapes when the value was computed. */
  private readonly shapes: readonly Shape[];

  constructor(
    private readonly call: Call<V>,
    private readonly wanted: readonly number[],
  ) {
    const { operands, shape } = call;
    this.shapes = operands.map(({ nd }) => nd.shape);
    this.shape = shape;
    this.numel = numelOf(shape);
    this.numbers = this.numel === 1 ? NONE : numbersAmong(operands, wanted);
  }

  forward(): NdArray {
    const { reduction, traced } = this.call;
    const { formula } = traced;
    if (reduction === "none")
      return this.run({ value: "store", wanted: [] })?.stored[0] ?? this.composedValue();
    const divisor = reduction === "mean" ? this.counted : 1;
    const found = this.run(
      { value: "sum", wanted: this.wanted },
      { g: 1, divisor, exact: formula.reduction !== null },
    );
    if (!found) return this.composedValue();
    if (this.wanted.length > 0) this.kept = found.stored.map((nd) => this.tensorOf(nd));
    return NdArray.scalar(traced.dtype!, found.sum);
  }

  /** What a mean divides by. */
  private get counted(): number {
    return this.call.divisor ?? this.call.mask?.kept ?? this.numel;
  }

  /** Runs the program that is asked for, if there is one. */
  private run(
    { value, wanted }: Pick<Request, "value" | "wanted">,
    { g, divisor = 1, exact = false }: { g?: number | NdArray; divisor?: number; exact?: boolean } = {},
  ): { sum: number; stored: NdArray[] } | null {
    const { traced, mask } = this.call;
    if (traced.dtype === null || !wanted.every((i) => sameShape(this.shapes[i], this.shape))) return null;
    const seed = g instanceof NdArray ? "operand" : "number";
    const lowered = traced.program({
      value,
      wanted,
      seed,
      numbers: this.numbers,
      masked: mask !== null,
    });
    if (!lowered) return null;
    const arrays = this.call.operands.map(({ nd }) => nd);
    const behind = arrays.length;
    const read = (index: number): NdArray =>
      (index === behind ? (g as NdArray) : arrays[index]).expanded(this.shape);
    const numbers = lowered.numbers((index) =>
      index === behind ? this.seedFrom(g as number) : Number(arrays[index].item()),
    );
    const { dtype } = traced;
    const stored = lowered.program.outputs
      .filter(({ role }) => role === "store")
      .map(() => NdArray.empty(dtype, this.shape));
    const given = {
      program: lowered.program,
      operands: lowered.operands.map(read),
      numbers,
      mask: mask?.tensor.nd.expanded(this.shape) ?? null,
      outputs: stored,
    };
    return { sum: (exact ? runExactly : runProgram)(given, divisor), stored };
  }

  /** What reaches each element of an upstream gradient of the sum or mean. */
  private seedFrom(g: number): number {
    return this.call.reduction === "mean" ? divided(g, this.counted, this.call.traced.dtype!) : g;
  }

  /** The value by operations of tensors. */
  private composedValue(): NdArray {
    const { operands } = this.call;
    return scope(
      () =>
        withGradMode(false, () => {
          const { nd } = this.composed(operands);
          const shared = operands.some((x) => x.nd.storage === nd.storage);
          return shared ? copy(nd, NdArray.empty(nd.dtype, nd.shape)) : nd;
        }),
      ({ storage }) => [storage],
    );
  }

  private composed(operands: readonly Variable[]): Variable {
    const { reduction, traced, mask, divisor } = this.call;
    if (mask) return this.composedKept(operands, mask);
    const terms = replay(traced, operands, this.call);
    if (reduction === "none") return terms;
    return divisor === null ? terms[reduction]() : terms.sum().div(divisor);
  }

  /**
   * The same of the elements that a mask keeps. The others are taken out of the operands as well:
   * in the gradient, a NaN or an infinity of theirs would make a NaN of the 0 that comes down to
   * it.
   */
  private composedKept(operands: readonly Variable[], { tensor }: Mask<Variable>): Variable {
    const { reduction, traced } = this.call;
    const holds = tensor.ne(0);
    const select = (x: Variable): Variable => holds.op("where", {}, x, x.zeros());
    const whole = operands.map((x, i) => (traced.used.has(i) ? select(x.expand(this.shape)) : x));
    const terms = select(replay(traced, whole, this.call));
    if (reduction === "none") return terms;
    return reduction === "mean" ? terms.sum().div(this.counted) : terms.sum();
  }

  saveTo(node: GraphNode): void {
    const { operands, traced, mask } = this.call;
    const kept = { operands, shapes: this.shapes, mask: mask?.tensor ?? null, gradients: this.kept ?? [] };
    this.checkSaved = saveFor(node, traced, kept);
  }

  backward(upstream: Variable, options: EngineOptions): (() => Variable | null)[] {
    this.checkSaved();
    return allAtOnce(this.call.operands.length, this.wanted, () => this.gradients(upstream, options));
  }

  private gradients(upstream: Variable, options: EngineOptions): readonly (Variable | null)[] {
    if (options.createGraph) return this.composedGradients(upstream, options);
    const { reduction } = this.call;
    const g = reduction === "none" ? upstream.nd : (upstream.nd.item() as number);
    if (g === 1 && this.kept)
      return this.kept.map((gradient) => (options.retainGraph ? gradient.clone() : gradient));
    const found = this.run({ value: null, wanted: this.wanted }, { g });
    return found ? found.stored.map((nd) => this.tensorOf(nd)) : this.composedGradients(upstream, options);
  }

  /** The gradients of the same operations of tensors. */
  private composedGradients(upstream: Variable, options: EngineOptions): readonly (Variable | null)[] {
    const gradients = composedGradients<Variable>(
      this.call.operands,
      (_, i) => this.wanted.includes(i),
      (operands) => this.composed(operands),
      upstream,
      options,
    );
    return this.wanted.map((i) => gradients[i]);
  }

  private tensorOf(nd: NdArray): V {
    return this.call.wrap(nd, null, null);
  }
}
