/**
 * Numbers of vectors: sums of terms along dimensions, or norms of them. The value goes over the
 * operands once for each formula, the gradients of all of them once more; no array has the terms.
 */
import { composedGradients } from "../autograd/composed.js";
import { type Algebra, edgeTo, type EngineOptions, GraphNode, type Variable } from "../autograd/graph.js";
import { isGradEnabled } from "../autograd/mode.js";
import type { Wrap } from "../autograd/record.js";
import { copy } from "../ndarray/elementwise.js";
import { normInto } from "../ndarray/moments.js";
import { NdArray } from "../ndarray/ndarray.js";
import type { Shape } from "../ndarray/shape.js";
import { sumInto } from "../ndarray/sums.js";
import { reshape, select } from "../ndarray/views.js";
import type { Expression } from "./expression.js";
import { Fused } from "./fused.js";
import { runProgram } from "./run.js";
import { allAtOnce, saveFor } from "./saved.js";
import { type ArrayRun, type Parts, rowsOfTerms } from "./term-rows.js";
import type { ParameterValues } from "./trace.js";
import { SUMS_SLOT } from "./windows.js";

/** The terms of each number, of tensors and of what formulas are made of alike. */
export type VectorTerms = <V extends Algebra<V>>(
  operands: readonly V[],
  values: ParameterValues,
) => readonly V[];

/** The gradients by the operands, from the numbers and those by these; null for none. */
type VectorSlopes = (
  operands: readonly Expression[],
  numbers: readonly Expression[],
  upstream: readonly Expression[],
) => readonly (Expression | null)[];

interface VectorText {
  /** The name of the node in the graph. */
  readonly node: string;
  readonly reduction: "sum" | "norm";
  /** How many operands and numbers there are. */
  readonly operands: number;
  readonly numbers: number;
  readonly terms: VectorTerms;
  readonly parameters?: ParameterValues;
  /** Only where the operands' gradients are not those of the terms alone. */
  readonly slopes?: VectorSlopes;
  /** Whether the result may not change while gradients are to come, as torch's norms may not. */
  readonly savesResult?: true;
}

/** Such a formula, with what is traced of it. */
export class VectorFormula {
  /** Of each number. */
  readonly values: readonly Fused[];
  /**
   * Of the operands, the numbers and the gradients by these: terms whose gradients by the operands
   * are those of the numbers.
   */
  readonly gradients: Fused;

  constructor(readonly text: VectorText) {
    const { node, numbers, parameters } = text;
    this.values = Array.from(
      { length: numbers },
      (_, k) => new Fused((...args: never[]) => this.termsOf(args)[k], node, parameters),
    );
    this.gradients = new Fused((...args: never[]) => this.work(args), node, parameters);
  }

  private termsOf(args: readonly unknown[]): readonly Expression[] {
    const { operands, terms, parameters } = this.text;
    // Parameters come last, where there are any.
    const values = parameters ? (args[args.length - 1] as ParameterValues) : {};
    return terms(args.slice(0, operands) as Expression[], values);
  }

  private work(args: readonly unknown[]): Expression {
    const { operands: count, numbers, reduction, slopes } = this.text;
    const [operands, found, upstream] = [
      args.slice(0, count),
      args.slice(count, count + numbers),
      args.slice(count + numbers, count + 2 * numbers),
    ] as Expression[][];
    const work = slopes
      ? slopes(operands, found, upstream).map((slope, i) => slope && operands[i].mul(slope.detach()))
      : this.termsOf(args).map((term, k) => {
          const slope = reduction === "norm" ? normSlope(term, found[k], upstream[k]) : upstream[k];
          return term.mul(slope.detach());
        });
    return work.filter((part) => part !== null).reduce((sum, part) => sum.add(part));
  }
}

/** As autograd/derivatives.ts: 0 where the norm is. */
function normSlope(x: Expression, norm: Expression, upstream: Expression): Expression {
  return upstream.mul(x.div(norm).keep(norm.ne(0)));
}

/** A call whose operands have one floating dtype and one shape, which has elements. */
export interface VectorCall<V extends Variable> {
  readonly formula: VectorFormula;
  readonly operands: readonly V[];
  readonly values: ParameterValues | null;
  readonly parts: Parts;
  /** The same by operations of tensors. */
  readonly compose: (operands: readonly V[]) => Variable;
  readonly wrap: Wrap<V>;
}

/**
 * The number of each vector; or several, one behind the other along a dimension before all others.
 * Null where there is no program for them.
 */
export function applyToVectors<V extends Variable>(call: VectorCall<V>): V | null {
  const { operands, formula, wrap } = call;
  const work = new VectorEvaluation(call);
  const numbers = work.forward();
  const { wanted } = work;
  if (!numbers || wanted.length === 0) return numbers && wrap(numbers, null, null);
  const edges = operands.map((x, i) => (wanted.includes(i) ? edgeTo(x) : null));
  const node: GraphNode = new GraphNode(
    formula.text.node,
    edges,
    numbers.shape,
    numbers.dtype,
    (upstream, options) => work.backward(upstream, options),
  );
  const result = wrap(numbers, node, null);
  work.saveTo(node, result);
  return result;
}

class VectorEvaluation<V extends Variable> {
  /** The operands that a gradient is wanted of. */
  readonly wanted: readonly number[];
  private readonly shape: Shape;
  private readonly arrays: readonly NdArray[];
  /** Throws when what the gradients are computed of has changed. */
  private readSaved: () => NdArray = () => this.arrays[0];

  constructor(private readonly call: VectorCall<V>) {
    const { operands } = call;
    this.arrays = operands.map(({ nd }) => nd);
    ({ shape: this.shape } = this.arrays[0]);
    this.wanted = isGradEnabled() ? operands.flatMap((x, i) => (x.requiresGrad ? [i] : [])) : [];
  }

  forward(): NdArray | null {
    const { formula, parts } = this.call;
    const { values, text } = formula;
    const runs = values.map((value) => this.runOf(value, { value: "sum", wanted: [] }, this.arrays));
    if (runs.some((run) => run === null)) return null;
    const lead = values.length > 1 ? [values.length] : [];
    const numbers = NdArray.empty(this.arrays[0].dtype, [...lead, ...parts.result]);
    runs.forEach((run, k) => {
      const { layout, rows } = rowsOfTerms(run!, parts, this.shape);
      const out = values.length > 1 ? select(numbers, 0, k) : numbers;
      if (text.reduction === "norm") normInto(layout, rows, out, SUMS_SLOT);
      else sumInto(layout, rows, 1, out, SUMS_SLOT);
    });
    return numbers;
  }

  private runOf(
    fused: Fused,
    { value, wanted }: { value: "sum" | null; wanted: readonly number[] },
    arrays: readonly NdArray[],
  ): ArrayRun | null {
    const positions = arrays.map((_, i) => i);
    const traced = fused.trace(arrays, positions, this.call.values);
    const asked = { value, wanted, seed: "number", numbers: [], masked: false } as const;
    const lowered = traced.program(asked);
    if (!lowered) return null;
    return {
      program: lowered.program,
      operands: lowered.operands.map((i) => arrays[i]),
      // What the gradients start from, which are those of the work.
      numbers: lowered.numbers(() => 1),
      mask: null,
      outputs: wanted.map(() => NdArray.empty(traced.dtype!, this.shape)),
    };
  }

  saveTo(node: GraphNode, result: V): void {
    const { operands, formula, wrap } = this.call;
    const { nd } = result;
    const shapes = this.arrays.map(({ shape }) => shape);
    const used = new Set(operands.keys());
    const check = saveFor(node, { used }, { operands, shapes, mask: null, gradients: [] });
    const own = formula.text.savesResult
      ? result
      : wrap(copy(nd, NdArray.empty(nd.dtype, nd.shape)), null, null);
    const read = node.save(own);
    this.readSaved = () => {
      check();
      return read().nd;
    };
  }

  backward(upstream: Variable, options: EngineOptions): (() => Variable | null)[] {
    const numbers = this.readSaved();
    const { operands, compose, wrap } = this.call;
    return allAtOnce(operands.length, this.wanted, () => {
      if (!options.createGraph) return this.gradients(numbers, upstream.nd).map((nd) => wrap(nd, null, null));
      const isWanted = (_: V, i: number): boolean => this.wanted.includes(i);
      const found = composedGradients<V>(operands, isWanted, compose, upstream, options);
      return this.wanted.map((i) => found[i]);
    });
  }

  private gradients(numbers: NdArray, upstream: NdArray): readonly NdArray[] {
    const { formula, operands } = this.call;
    const arrays = [...operands.map(({ nd }) => nd), ...this.spread(numbers), ...this.spread(upstream)];
    const run = this.runOf(formula.gradients, { value: null, wanted: this.wanted }, arrays)!;
    runProgram(run);
    return run.outputs;
  }

  /** Each of the numbers, broadcast to the elements of its vectors. */
  private spread(numbers: NdArray): NdArray[] {
    const { formula, parts } = this.call;
    const each = reshape(numbers, [formula.values.length, ...parts.kept]);
    return formula.values.map((_, k) => select(each, 0, k).expanded(this.shape));
  }
}
