/** Takes chunks in, each whole or not at all. */
import { ExactSum } from "../core/exact-sum.js";
import type { LinearMemory } from "../core/memory.js";
import type { ForeignArray } from "../ndarray/foreign.js";
import type { Elements } from "../ndarray/window.js";
import type { Lowered } from "../formula/lower.js";
import { type Run, runProgram } from "../formula/run.js";
import { countKept } from "../loss/mask.js";
import { placeFor } from "../typed/evaluate.js";
import { checkOperands, constant, elementsOf, type ReadOperand } from "../typed/operands.js";
import { operandsAmong, targetType } from "../typed/request.js";
import { type Columns, columnOf, positionOf } from "./columns.js";
import { type ChunkTypes, type Computation, nanComputation, type OutputName, type Plan } from "./plan.js";
import { type Chunk, type Layout, readChunk, type UpdateOptions } from "./request.js";
import { OutputState } from "./state.js";
import { ErrorTaker, FirstTaker, SumTaker, type Taker } from "./takers.js";

/** The operands of a chunk in reach of one memory. */
interface Operands {
  readonly columns: Columns;
  readonly memory: LinearMemory;
  readonly types: ChunkTypes;
  /** Predictions, targets, and weights where there are some. */
  readonly numbers: readonly ForeignArray[];
  readonly mask: ForeignArray | null;
}

export class Collector {
  readonly outputs: readonly OutputState[];
  /** Of a chunk, which may fail in the middle. */
  private readonly chunk: readonly OutputState[];

  constructor(
    readonly plan: Plan,
    private readonly layout: Layout,
    /** Why no weights are taken, where they are not. */
    private readonly weightless: string | undefined,
  ) {
    const states = (): OutputState[] =>
      Array.from({ length: layout.numOutputs ?? 1 }, () => new OutputState(plan));
    this.outputs = states();
    this.chunk = states();
  }

  /** Adds a chunk, or nothing when it fails. */
  update(caller: string, prediction: unknown, target: unknown, options: UpdateOptions): void {
    const chunk = readChunk(caller, this.layout, prediction, target, options);
    if (chunk.weight && this.weightless !== undefined) {
      throw new TypeError(`${caller}: expected no weight, since ${this.weightless}`);
    }
    const types = typesOf(chunk);
    const computation = this.plan.computationFor(types);
    // A fused loss that was traced just now is the caller's code, too.
    checkOperands(caller, arraysOf(chunk));
    const operands = operandsOf(chunk, types);
    this.outputs.forEach((output, i) => {
      this.add(computation, operands, i, chunk.offset ?? output.taken);
      this.check(caller, operands, i);
    });
    this.outputs.forEach((output, i) => output.merge(this.chunk[i]));
  }

  /** Adds an output's elements to what is known of the chunk. */
  private add({ lowered, outputs }: Computation, operands: Operands, output: number, offset: number): void {
    const state = this.chunk[output];
    const { columns, memory, types } = operands;
    const n = columns.length;
    state.reset();
    state.maximum?.begin(offset, n);
    const takers = new Takers(state, n, memory, offset);
    runProgram(
      runOf(
        lowered,
        operands,
        output,
        outputs.map((name) => takers.takerOf(name)),
      ),
    );
    takers.checkRefused();
    const mask = operands.mask && columnOf(operands.mask, columns, output);
    const unmasked = mask ? countKept(mask, 1, n)[0] : n;
    const count = this.plan.nan === "propagate" ? unmasked : takers.kept;
    state.counts.count = count;
    state.counts.masked = n - unmasked;
    state.counts.nan = unmasked - count;
    if (types.weight === null) state.weights.add(count);
  }

  /** Throws for what may not be added to what is there. */
  private check(caller: string, operands: Operands, output: number): void {
    const [state, all] = [this.chunk[output], this.outputs[output]];
    checkCount(caller, all.taken + state.taken);
    if (this.plan.nan === "error" && state.counts.nan > 0) throw foundNaN(caller, operands, output, state);
    if (state.histogram) checkWeights(caller, state.histogram.total + all.histogram!.total);
  }

  merge(caller: string, other: Collector): void {
    this.outputs.forEach((output, i) => {
      const { taken, histogram } = other.outputs[i];
      checkCount(caller, output.taken + taken);
      if (histogram) checkWeights(caller, output.histogram!.total + histogram.total);
    });
    this.outputs.forEach((output, i) => output.merge(other.outputs[i]));
  }

  reset(): void {
    for (const output of this.outputs) output.reset();
  }
}

function arraysOf({ prediction, target, weight, mask }: Chunk): ReadOperand[] {
  return operandsAmong(prediction, target, weight, mask);
}

function typesOf({ prediction, target, weight, mask }: Chunk): ChunkTypes {
  return {
    prediction: prediction.dtype,
    target: targetType(prediction.dtype, target),
    weight: weight?.dtype ?? null,
    masked: mask !== null,
  };
}

function operandsOf(chunk: Chunk, types: ChunkTypes): Operands {
  const { prediction, target, weight, mask, columns } = chunk;
  const memory = placeFor(arraysOf(chunk));
  const p = elementsOf(prediction, memory);
  const t =
    typeof target === "number" ? constant(target, types.target, p.numel, memory) : elementsOf(target, memory);
  const numbers = weight ? [p, t, elementsOf(weight, memory)] : [p, t];
  return { columns, memory, types, numbers, mask: mask && elementsOf(mask, memory) };
}

function runOf(
  lowered: Lowered,
  { numbers, mask, columns }: Operands,
  output: number,
  outputs: readonly Taker[],
): Run {
  const column = (x: ForeignArray): Elements => columnOf(x, columns, output);
  return {
    program: lowered.program,
    operands: lowered.operands.map((index) => column(numbers[index])),
    numbers: lowered.numbers(() => NaN),
    mask: mask && column(mask),
    outputs,
  };
}

const REFUSED = "refused ";

/** Those who take in what a program stores of an output's elements. */
class Takers {
  private readonly counts = new ExactSum();
  private keptTaker: SumTaker | null = null;
  private weights: SumTaker | null = null;
  /** How many elements there are for each message of those that are refused. */
  private readonly refused = new Map<string, ExactSum>();

  constructor(
    private readonly state: OutputState,
    private readonly n: number,
    private readonly memory: LinearMemory,
    private readonly offset: number,
  ) {}

  /** Those that others ask come first among the outputs. */
  takerOf(name: OutputName): Taker {
    switch (name) {
      case "kept":
        return (this.keptTaker = this.adds(this.counts));
      case "weight":
        return (this.weights = this.adds(this.state.weights));
      case "|error|":
        return this.takesErrors();
      case "nan":
        return new FirstTaker(this.n, this.memory);
      default:
        return name.startsWith(REFUSED)
          ? this.refusalsOf(name.slice(REFUSED.length))
          : this.adds(this.state.sums.get(name.slice("sum ".length))!);
    }
  }

  /** Counts the elements that `message` refuses. */
  private refusalsOf(message: string): Taker {
    const count = new ExactSum();
    this.refused.set(message, count);
    return this.adds(count);
  }

  /** Throws where an element was refused. */
  checkRefused(): void {
    for (const [message, count] of this.refused) if (count.value() > 0) throw new RangeError(message);
  }

  private adds(sum: ExactSum): SumTaker {
    return new SumTaker(this.n, this.memory, sum);
  }

  private takesErrors(): Taker {
    const { n, memory, offset, weights, keptTaker: kept } = this;
    const { maximum, histogram } = this.state;
    return new ErrorTaker(n, memory, { maximum, histogram, offset, kept, weights });
  }

  /** How many elements were not left out. */
  get kept(): number {
    return this.counts.value();
  }
}

function checkCount(caller: string, count: number): void {
  if (count <= Number.MAX_SAFE_INTEGER) return;
  throw new RangeError(`${caller}: expected at most 2^53 - 1 elements in all, got ${count}`);
}

function checkWeights(caller: string, total: number): void {
  if (total <= Number.MAX_SAFE_INTEGER) return;
  throw new RangeError(
    `${caller}: expected whole numbers from 0 up as weights, below 2^53 in all, since quantiles count an element ` +
      "so often as its weight says; leave the quantiles out for others",
  );
}

function foundNaN(caller: string, operands: Operands, output: number, { counts }: OutputState): RangeError {
  const { columns, memory } = operands;
  const { lowered } = nanComputation(operands.types);
  const first = new FirstTaker(columns.length, memory);
  runProgram(runOf(lowered, operands, output, [first]));
  const at = positionOf(columns, output, first.index);
  return new RangeError(
    `${caller}: expected no NaN, got ${counts.nan} element${counts.nan === 1 ? "" : "s"} with one, the first at ${at}; ` +
      'nan: "omit" leaves them out',
  );
}
