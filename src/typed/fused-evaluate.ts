/**
 * A fused function of arrays of any kind, block by block: its value, and the gradients that are
 * asked for.
 */
import { roundFloat } from "../ndarray/dtype.js";
import type { ForeignArray } from "../ndarray/foreign.js";
import { overlapOf } from "../ndarray/overlap.js";
import { divided } from "../ndarray/reductions.js";
import type { Elements } from "../ndarray/window.js";
import type { LinearMemory } from "../core/memory.js";
import type { Lowered } from "../formula/lower.js";
import { refusedAmong } from "../formula/refusals.js";
import { runExactly, runProgram } from "../formula/run.js";
import type { Refusal } from "../formula/traits.js";
import { countKept } from "../loss/mask.js";
import { weightsOfRows } from "../loss/weighted-sums.js";
import { checkOut, type Destination, destinationFor } from "./destination.js";
import { placeFor } from "./evaluate.js";
import type { FusedRequest } from "./fused-request.js";
import type { Terms } from "./mark.js";
import { constant, elementsOf, type ReadOperand } from "./operands.js";
import { operandsAmong } from "./request.js";

/** A number, or for "none" what was written to. */
export function evaluateFused(request: FusedRequest): unknown {
  const { caller, reduction, out: given, asked, dtype, like } = request;
  checkOut(caller, reduction, given);
  const work = new FusedWork(request);
  if (reduction !== "none") return roundFloat(asked ?? "float64", work.reduced([]));
  const out = destinationFor(caller, "out", given, dtype, like, work.arrays);
  work.store([elementsOf(out, work.memory)]);
  return out.result;
}

/** The value, and the gradients in their order. */
export function evaluateFusedWithGradients(request: FusedRequest): { value: unknown; grads: unknown[] } {
  const { caller, reduction, asked, dtype, like, operands, gradients } = request;
  const work = new FusedWork(request);
  const destinations = gradients.map(({ index, word, given }) => {
    const operand = operands[index] as ReadOperand;
    return destinationFor(caller, word, given, operand.dtype, operand, work.arrays);
  });
  checkApart(request, destinations);
  const slopes = destinations.map((destination) => elementsOf(destination, work.memory));
  const grads = destinations.map(({ result }) => result);
  if (reduction === "none") {
    const out = destinationFor(caller, "out", null, dtype, like, work.arrays);
    work.store([elementsOf(out, work.memory), ...slopes]);
    return { value: out.result, grads };
  }
  // A sum that is not finite is looked at again, when an operand that is replaced would be gone.
  const replaces = destinations.some((destination) => destination.replaces);
  const value = work.reduced(replaces ? [] : slopes);
  if (replaces) work.slopes(slopes);
  return { value: roundFloat(asked ?? "float64", value), grads };
}

/** Throws where two gradients would be written to the same bytes. */
export function checkApart(
  { caller, gradients }: Pick<FusedRequest, "caller" | "gradients">,
  destinations: readonly Destination[],
): void {
  destinations.forEach(({ data }, i) => {
    const same = destinations.findIndex((other, j) => j < i && overlapOf(data, other.data) !== "none");
    if (same < 0) return;
    throw new RangeError(
      `${caller}: expected gradients in arrays that are apart, got ${gradients[same].word} and ${gradients[i].word} that overlap`,
    );
  });
}

/** The operands of a call in reach of one memory, and the programs that it needs. */
export class FusedWork {
  /** All that is read. */
  readonly arrays: readonly ReadOperand[];
  readonly memory: LinearMemory;
  readonly mask: ForeignArray | null;
  readonly weight: ForeignArray | null;
  /** An operand that is a number is that many times the number. */
  private readonly elements: readonly ForeignArray[];

  constructor(private readonly request: FusedRequest) {
    const { operands, weight, mask, dtype, like } = request;
    this.arrays = operandsAmong(...operands, weight, mask);
    // Before anything may grow the memory.
    const place = (this.memory = placeFor(this.arrays));
    this.elements = operands.map((x) =>
      typeof x === "number" ? constant(x, dtype, like.length, place) : elementsOf(x, place),
    );
    this.weight = weight && elementsOf(weight, place);
    this.mask = mask && elementsOf(mask, place);
    for (const refusal of request.fused.traits.refusals) this.refuse(refusal);
  }

  /** Throws where an operand has an element that it must not have, among those that count. */
  private refuse(refusal: Refusal): void {
    const { elements, mask } = this;
    const type = { dtype: this.request.dtype, shape: [1] };
    const lowered = refusedAmong(refusal)
      .trace([type], [0], null)
      .program({
        value: "sum",
        wanted: [],
        seed: "number",
        numbers: [],
        masked: mask !== null,
      })!;
    const run = {
      program: lowered.program,
      operands: [elements[refusal.index]],
      numbers: lowered.numbers(() => 0),
      mask,
      outputs: [],
    };
    if (runProgram(run) > 0) throw new RangeError(refusal.message);
  }

  /** How many elements count. */
  get count(): number {
    const { mask, request } = this;
    return mask ? countKept(mask, 1, mask.numel)[0] : request.like.length;
  }

  /** The sum or mean; and the gradients in `slopes`, where there are any. */
  reduced(slopes: readonly Elements[]): number {
    const { request, weight } = this;
    const { reduction, traced } = request;
    const mean = reduction === "mean";
    const counted = mean ? this.counted() : 1;
    const lowered = this.program("sum", slopes.length > 0);
    const run = { ...this.runOf(lowered, this.seed(counted)), outputs: slopes };
    // Sums of tensors, which are correctly rounded: of what the text adds up itself, and of
    // weighted terms.
    if (weight) return runExactly(run) / counted;
    return (traced.formula.reduction ? runExactly : runProgram)(run, counted);
  }

  /** The unreduced loss, for what takes it in other ways than an array. */
  terms(): Terms {
    const { memory, mask, weight, request } = this;
    const { dtype, like } = request;
    return { dtype, numel: like.length, memory, mask, weight, store: (out) => this.store([out]) };
  }

  /** Stores the unreduced loss, and the gradients behind it where there are any. */
  store(outputs: readonly Elements[]): void {
    const lowered = this.program("store", outputs.length > 1);
    runProgram({ ...this.runOf(lowered, 1), outputs });
  }

  /** Stores the gradients of a sum or mean. */
  slopes(outputs: readonly Elements[]): void {
    const counted = this.request.reduction === "mean" ? this.counted() : 1;
    runProgram({ ...this.runOf(this.program(null, true), this.seed(counted)), outputs });
  }

  /** What a mean divides by. */
  private counted(): number {
    const { weight, mask } = this;
    const { divisor } = this.request;
    if (divisor !== null) return divisor;
    if (!weight || !this.byWeights) return this.count;
    return weightsOfRows(weight, mask, { rows: 1, length: weight.numel })[0];
  }

  /** What reaches each element of an upstream gradient of 1. */
  private seed(counted: number): number {
    const { reduction, dtype } = this.request;
    if (reduction !== "mean") return 1;
    return this.byWeights ? roundFloat(dtype, 1 / counted) : divided(1, counted, dtype);
  }

  /** Whether a mean divides by the sum of the weights. */
  private get byWeights(): boolean {
    return this.weight !== null && this.request.fused.traits.weightedMean === "weights";
  }

  private program(value: "sum" | "store" | null, withGradients: boolean): Lowered {
    const { traced, gradients, mask, weight, caller, dtype } = this.request;
    const formula = weight ? traced.weighted({ dtype, shape: [1] }) : traced;
    const found = formula.program({
      value,
      wanted: withGradients ? gradients.map(({ index }) => index) : [],
      seed: "number",
      numbers: this.numbers(),
      masked: mask !== null,
    });
    if (found) return found;
    throw new TypeError(
      `${caller}: expected a formula of operations that typed arrays of ${dtype} have, got arithmetic of conditions or a ` +
        "conversion to another dtype; write where(condition, 1, 0) for a condition as numbers, or use fuse of lossgrad",
    );
  }

  /** The operands that are one number for all elements; none where no array is left. */
  private numbers(): readonly number[] {
    const { operands, traced, weight } = this.request;
    const all = operands.flatMap((x, i) => (typeof x === "number" ? [i] : []));
    return weight || [...traced.used].some((i) => !all.includes(i)) ? all : [];
  }

  private runOf(
    lowered: Lowered,
    seed: number,
  ): {
    program: Lowered["program"];
    operands: ForeignArray[];
    numbers: number[];
    mask: ForeignArray | null;
  } {
    const { elements, weight, mask, request } = this;
    const { operands, dtype } = request;
    return {
      program: lowered.program,
      // The weight stands behind the operands, and the seed, a number, behind all of them.
      operands: lowered.operands.map((index) => elements[index] ?? weight!),
      numbers: lowered.numbers((index) =>
        index < operands.length ? roundFloat(dtype, operands[index] as number) : seed,
      ),
      mask,
    };
  }
}
