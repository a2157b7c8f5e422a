/** A loss of rows of classes: its operands, and one pass over them. */
import type { ExactSum } from "../core/exact-sum.js";
import type { LinearMemory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import {
  type ClassLayout,
  forEachRows,
  Rooms,
  RowSource,
  rowsAtOnce,
  rowsOf,
  type RowTag,
  RowTarget,
} from "../ndarray/class-rows.js";
import { type DType, dtypes } from "../ndarray/dtype.js";
import { ForeignArray } from "../ndarray/foreign.js";
import { sumAll } from "../ndarray/sums.js";
import type { TakenData } from "../ndarray/typed.js";
import { type Elements, inBlocks, Source } from "../ndarray/window.js";
import type { RowLoss } from "./rowwise.js";

/** A loss of rows without the numbers that it is of. */
export interface RowTerms {
  readonly row: RowLoss;
  readonly layout: ClassLayout;
  /** What it is computed in: halves in float32. */
  readonly dtype: DType;
  /**
   * The target class of each row, -1 where it is left out; of a loss of several labels, as many
   * places for each row as it has numbers. Beside probabilities it is null, or 0 for rows that
   * count.
   */
  readonly classes: Int32Array | null;
  /** The probabilities of the classes of each row, laid out as the input. */
  readonly probabilities: Elements | null;
  /** A factor for each class; null where all are 1. */
  readonly weight: Float64Array | null;
  /** What share of each target is spread over all classes. */
  readonly smoothing: number;
  /** By how much a target is to be larger, and the power of what lacks; of losses of one target. */
  readonly margin?: { readonly margin: number; readonly p: 1 | 2 };
}

export interface RowProblem extends RowTerms {
  readonly input: Elements;
}

export function tagOf(dtype: DType): RowTag {
  return dtypes[dtype].compute === "f64" ? "f64" : "f32";
}

/** What a pass writes, and by what the slopes are multiplied. */
interface Pass {
  /** The loss of each row. */
  readonly losses?: Elements;
  readonly grad?: Elements;
  readonly norm?: number;
  /** A factor for each row besides. */
  readonly norms?: Elements;
  /** Whether the gradient takes the place of the probabilities. */
  readonly apart?: boolean;
}

/** One pass over the rows. */
export function runRows(problem: RowProblem, pass: Pass): void {
  const rooms = new Rooms(problem.input.memory);
  try {
    operate(() => {
      runPass(problem, pass, rooms);
    });
  } finally {
    rooms.give();
  }
}

function runPass(problem: RowProblem, { losses, grad, norm = 1, norms, apart }: Pass, rooms: Rooms): void {
  const { input, layout, classes, probabilities } = problem;
  const tag = tagOf(problem.dtype);
  const { memory } = input;
  const rows = { outer: rowsOf(layout), classes: 1, inner: 1 };
  const x = new RowSource(input, layout, tag, 0, rooms);
  const y = probabilities && new RowSource(probabilities, layout, tag, 1, rooms);
  const slopes = grad && new RowTarget(grad, layout, tag, 2, rooms, apart);
  const values = losses && new RowTarget(losses, rows, tag, 3, rooms);
  const factors = norms && new RowSource(norms, rows, tag, 4, rooms);
  // Of a loss of several labels, each row has as many places as numbers.
  const each = classes && rowsOf(layout) > 0 ? classes.length / rowsOf(layout) : 0;
  const targets = classes ? rooms.take(4 * each * rowsAtOnce(layout)) : 0;
  const run = kernelOf(problem, memory, norm, rooms);
  forEachRows(layout, (first, n) => {
    if (classes) memory.u32.set(classes.subarray(first * each, (first + n) * each), targets >> 2);
    const from = { x: x.read(first, n), y: y?.read(first, n) ?? 0, targets };
    run(from, [values?.begin(first) ?? 0, slopes?.begin(first) ?? 0, factors?.read(first, n) ?? 0], n);
    values?.end(first, n);
    slopes?.end(first, n);
  });
}

/** Where the operands of `rows` rows lie, and where losses, gradient and factors do. */
type RunRows = (
  from: { readonly x: number; readonly y: number; readonly targets: number },
  to: readonly [losses: number, grad: number, norms: number],
  rows: number,
) => void;

/** The kernel of a problem, with what is the same of all rows. */
export function kernelOf(problem: RowTerms, memory: LinearMemory, norm: number, rooms: Rooms): RunRows {
  const { row, layout, smoothing, margin } = problem;
  const { kernels } = memory;
  const tag = tagOf(problem.dtype);
  const { classes: n } = layout;
  const weights = putWeight(problem, memory, tag, rooms);
  if (row.kernel === "nll") {
    const kernel = kernels[`nll_${tag}`];
    return ({ x, targets }, to, rows) => {
      kernel(x, targets, weights, ...to, rows, n, norm);
    };
  }
  if (row.kernel === "multilabelmargin") {
    const kernel = kernels[`multilabelmargin_${tag}`];
    const room = rooms.take(8 * n);
    return ({ x, targets }, to, rows) => {
      kernel(x, targets, room, ...to, rows, n, norm);
    };
  }
  if (row.kernel === "multimargin") {
    const kernel = kernels[`multimargin_${tag}`];
    return ({ x, targets }, to, rows) => {
      kernel(x, targets, weights, ...to, rows, n, margin!.p, margin!.margin, norm);
    };
  }
  const kernel = kernels[`crossentropy_${tag}`];
  const [own, all] = [1 - smoothing, smoothing / n];
  return ({ x, y, targets }, to, rows) => {
    kernel(x, targets, y, weights, ...to, rows, n, own, all, norm);
  };
}

/** The weights in the memory, as numbers of the type; 0 without. */
function putWeight({ weight }: RowTerms, memory: LinearMemory, tag: RowTag, rooms: Rooms): number {
  if (!weight) return 0;
  const address = rooms.take(8 * weight.length);
  if (tag === "f64") memory.f64.set(weight, address >> 3);
  else memory.f32.set(weight, address >> 2);
  return address;
}

/**
 * The sum of the rows' losses over `divisor`, exact, with `grad` of slopes times `norm` in the same
 * pass where it is given.
 */
export function sumOfRows(
  problem: RowProblem,
  divisor: number,
  pass: Omit<Pass, "losses" | "norms"> = {},
): number {
  const { layout, dtype, input } = problem;
  const { memory } = input;
  const numel = rowsOf(layout);
  const wide = tagOf(dtype) === "f64" ? "float64" : "float32";
  const { array, size } = dtypes[wide];
  const rooms = new Rooms(memory);
  try {
    // The buffer is asked for when there is room: the memory may have grown for it.
    const address = rooms.take(numel * size);
    const place = new array(memory.buffer, address, numel) as unknown as TakenData;
    const losses = new ForeignArray(place, wide, numel, memory);
    runRows(problem, { ...pass, losses });
    return sumAll(losses, divisor) as number;
  } finally {
    rooms.give();
  }
}

/** Which targets there are, and what says which of them count. */
interface ClassRules {
  /** How many classes there are. */
  readonly classes: number;
  /** The class that is left out; null where there is none. */
  readonly ignoreIndex: number | null;
  /** 0 for each row that is left out, whatever its target is; null where none is. */
  readonly kept: Uint8Array | null;
  /** The error for a class that there is not. */
  readonly refuse: (value: bigint) => Error;
}

/**
 * The elements of a target, a class each, with -1 for those to be left out, which there need not
 * be. Throws what `refuse` makes of one that is out of range.
 */
export function readClasses(
  target: Elements,
  { classes, ignoreIndex, kept, refuse }: ClassRules,
): Int32Array {
  const found = new Int32Array(target.numel);
  const ignored = BigInt.asUintN(64, BigInt(ignoreIndex ?? 0));
  const [ignoredLow, ignoredHigh] =
    ignoreIndex === null ? [-1, -1] : [Number(ignored & 0xffffffffn), Number(ignored >> 32n)];
  operate(() => {
    const source = new Source(target, "i64", 0);
    inBlocks(found.length, (start, n) => {
      const first = source.read(start, n) >> 2;
      const { u32, i64 } = source.memory;
      for (let i = 0; i < n; i++) {
        const [low, high] = [u32[first + 2 * i], u32[first + 2 * i + 1]];
        const isIgnored = low === ignoredLow && high === ignoredHigh;
        if (isIgnored || kept?.[start + i] === 0) found[start + i] = -1;
        else if (high === 0 && low < classes) found[start + i] = low;
        else throw refuse(i64[(first >> 1) + i]);
      }
    });
  });
  return found;
}

/** What a mean divides by: the weights of the targets that count, or how many rows there are. */
export function divisorOfRows({ layout, classes, probabilities, weight }: RowTerms): number {
  // Of no classes there are no rows to count, as in torch.
  if (!classes) return layout.classes === 0 ? NaN : rowsOf(layout);
  let sum = 0;
  for (const target of classes) if (target >= 0) sum += weight && !probabilities ? weight[target] : 1;
  return sum;
}

/** Adds what a mean divides by, exactly; gives how many rows count. */
export function addDivisors({ layout, classes, probabilities, weight }: RowProblem, to: ExactSum): number {
  const count = classes ? classes.reduce((n, one) => n + Number(one >= 0), 0) : rowsOf(layout);
  if (weight && classes && !probabilities) {
    for (const target of classes) if (target >= 0) to.add(weight[target]);
  } else to.add(count);
  return count;
}

/** What says of each row of probabilities whether it counts, as classes do. */
export function classesOfKept(kept: Uint8Array | null): Int32Array | null {
  return kept && Int32Array.from(kept, (byte) => (byte === 0 ? -1 : 0));
}

/** The bytes of a mask. */
export function readBytes(mask: Elements): Uint8Array {
  const bytes = new Uint8Array(mask.numel);
  operate(() => {
    const source = new Source(mask, dtypes[mask.dtype].storage, 0);
    inBlocks(bytes.length, (start, n) => {
      const first = source.read(start, n);
      bytes.set(source.memory.bytes.subarray(first, first + n), start);
    });
  });
  return bytes;
}

/** The numbers of a weight. */
export function readWeights(weight: Elements): Float64Array {
  const numbers = new Float64Array(weight.numel);
  operate(() => {
    const source = new Source(weight, "f64", 0);
    inBlocks(numbers.length, (start, n) => {
      const first = source.read(start, n) >> 3;
      numbers.set(source.memory.f64.subarray(first, first + n), start);
    });
  });
  return numbers;
}
