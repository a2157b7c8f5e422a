/**
 * Connectionist temporal classification: the sequences of a batch, one after another. Everything is
 * computed in float64, and rounded where it is stored.
 */
import { operate } from "../core/operation.js";
import { Rooms } from "../ndarray/class-rows.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { permute } from "../ndarray/views.js";
import { inBlocks, Source, Target } from "../ndarray/window.js";

export interface CtcProblem {
  /** Log-probabilities [frames, sequences, classes]. */
  readonly input: NdArray;
  /** How many frames each sequence has. */
  readonly frames: readonly number[];
  /** The classes of each sequence, all of them among those of the input. */
  readonly targets: readonly Int32Array[];
  readonly blank: number;
  /** Whether a loss that is infinite counts as 0. */
  readonly zeroInfinity: boolean;
  /** 0 for each sequence that counts for nothing; null where all count. */
  readonly kept: Uint8Array | null;
}

/** What the gradient is written to, and by what that of each sequence is multiplied. */
interface Slopes {
  readonly out: NdArray;
  readonly norms: Float64Array;
}

/** Frames come before sequences in the input, and behind them here. */
const ORDER = [1, 0, 2];
/** Numbers of a row of sums beside those of the states: two before and one behind. */
const MARGIN = 3;

/** The loss of each sequence. */
export function ctcLosses(problem: CtcProblem, slopes: Slopes | null = null): Float64Array {
  const rooms = new Rooms(problem.input.memory);
  try {
    return operate(() => {
      const pass = new CtcPass(problem, slopes, rooms);
      return Float64Array.from(problem.frames, (_, i) => pass.run(i));
    });
  } finally {
    rooms.give();
  }
}

/** Working space, and one sequence in it. */
class CtcPass {
  private readonly source: Source;
  private readonly target: Target | null;
  /** Bytes of a frame, and of a row of sums. */
  private readonly stride: number;
  private readonly step: number;
  /** Numbers of a sequence. */
  private readonly size: number;
  private readonly x: number;
  private readonly grad: number;
  private readonly labels: number;
  private readonly jumps: number;
  private readonly alpha: number;
  private readonly beta: number;

  constructor(
    private readonly problem: CtcProblem,
    private readonly slopes: Slopes | null,
    rooms: Rooms,
  ) {
    const { input, targets } = problem;
    const [frames, , classes] = input.shape;
    this.source = new Source(permute(input, ORDER), "f64", 0);
    this.target = slopes && new Target(permute(slopes.out, ORDER), "f64", 1);
    const states = targets.reduce((most, { length }) => Math.max(most, statesOf(length)), 1);
    this.stride = 8 * classes;
    this.size = frames * classes;
    // The loss alone needs the sums of one frame at a time.
    this.step = slopes ? 8 * (states + MARGIN) : 0;
    const sums = 8 * (states + MARGIN) * (slopes ? frames : 1);
    this.x = rooms.take(8 * this.size);
    this.labels = rooms.take(4 * (states + 1));
    this.jumps = rooms.take(8 * (states + 1));
    this.alpha = rooms.take(sums);
    this.beta = slopes ? rooms.take(sums) : 0;
    this.grad = slopes ? rooms.take(8 * this.size) : 0;
  }

  /** The loss of sequence `i`; its gradient is written where that is asked for. */
  run(i: number): number {
    const { problem, slopes } = this;
    const { frames, targets, zeroInfinity, kept } = problem;
    if (kept?.[i] === 0) {
      if (slopes) this.writeZeros(i);
      return 0;
    }
    this.read(i, frames[i]);
    const loss = this.sums(frames[i], targets[i]);
    const isZero = zeroInfinity && loss === Infinity;
    if (slopes) {
      this.differentiate(frames[i], targets[i], { loss, norm: slopes.norms[i], isZero });
      this.write(i);
    }
    return isZero ? 0 : loss;
  }

  private read(i: number, frames: number): void {
    const { source, size, x, stride } = this;
    inBlocks((frames * stride) / 8, (start, n) => {
      const from = source.read(i * size + start, n);
      source.memory.copy(x + 8 * start, from, 8 * n);
    });
  }

  private writeZeros(i: number): void {
    this.source.memory.clear(this.grad, 8 * this.size);
    this.write(i);
  }

  private write(i: number): void {
    const { size, grad } = this;
    const target = this.target!;
    inBlocks(size, (start, n) => {
      target.memory.copy(target.begin(i * size + start), grad + 8 * start, 8 * n);
      target.end(i * size + start, n);
    });
  }

  private sums(frames: number, target: Int32Array): number {
    const { x, stride, labels, jumps, alpha, step } = this;
    // Of no frames, one path has no labels, and there is no other.
    if (frames === 0) return target.length === 0 ? -0 : Infinity;
    this.putStates(target);
    const { kernels } = this.source.memory;
    return kernels.ctc_f64(x, stride, labels, jumps, alpha, step, frames, statesOf(target.length));
  }

  private differentiate(
    frames: number,
    target: Int32Array,
    { loss, norm, isZero }: { loss: number; norm: number; isZero: boolean },
  ): void {
    const { x, stride, labels, jumps, alpha, beta, step, grad, size } = this;
    const { kernels, f64 } = this.source.memory;
    // torch's gradient is 0 in frames behind those of the sequence.
    f64.fill(0, grad >> 3, (grad >> 3) + size);
    if (frames === 0 || isZero) return;
    const states = statesOf(target.length);
    this.putStates(target.slice().reverse());
    kernels.ctc_f64(x + (frames - 1) * stride, -stride, labels, jumps, beta, step, frames, states);
    this.putStates(target);
    const classes = stride / 8;
    kernels.ctcslope_f64(x, stride, labels, alpha, beta, step, grad, frames, states, classes, loss, norm);
  }

  /** The classes of the states, and past which blanks a path may go. */
  private putStates(target: Int32Array): void {
    const { labels, jumps, problem } = this;
    const { u32, f64 } = this.source.memory;
    const end = statesOf(target.length) + 1;
    u32.fill(problem.blank, labels >> 2, (labels >> 2) + end);
    f64.fill(-Infinity, jumps >> 3, (jumps >> 3) + end);
    target.forEach((label, i) => {
      const state = 2 * i + 1;
      u32[(labels >> 2) + state] = label;
      if (i > 0 && label !== target[i - 1]) f64[(jumps >> 3) + state] = 0;
    });
  }
}

/** Labels with blanks around each. */
function statesOf(labels: number): number {
  return 2 * labels + 1;
}
