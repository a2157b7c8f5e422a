/** The operands and outputs of a program within one operation: where each block of them lies. */
import { BLOCK } from "../core/block.js";
import type { LinearMemory } from "../core/memory.js";
import type { Place } from "../core/threads/job.js";
import { dtypes } from "../ndarray/dtype.js";
import { type Elements, Source, Target } from "../ndarray/window.js";
import type { Output, Program } from "./program.js";
import { FIRST_SLOT, NUMBERS } from "./windows.js";

/** Numbers of 16 bytes each in a window of BLOCK elements of 8 bytes. */
const MOST_NUMBERS = BLOCK / 2;

/**
 * A program and what it is given: arrays of one number of elements (broadcast views), in reach of
 * one memory.
 */
export interface Run {
  readonly program: Program;
  readonly operands: readonly Elements[];
  /** Rounded by the caller to what the program is to see. */
  readonly numbers: readonly number[];
  /** Bytes or bools, for a program that is masked; else null. */
  readonly mask: Elements | null;
  /** Where stored outputs go, in their order. One may be an operand itself. */
  readonly outputs: readonly Elements[];
}

/** The outputs of one role alone. */
export function onlyOutputs(program: Program, role: Output["role"]): Program {
  const outputs = program.outputs.filter((output) => output.role === role);
  return { ...program, outputs, key: `${program.key} ${role}` };
}

export function hasSum({ outputs }: Program): boolean {
  return outputs.some(({ role }) => role === "sum");
}

export class Pass {
  private readonly addresses: number[] = [];
  readonly hasSum: boolean;

  private constructor(
    readonly program: Program,
    readonly memory: LinearMemory,
    /** How many elements each operand has. */
    readonly n: number,
    /** The address of the numbers. */
    readonly numbers: number,
    private readonly sources: readonly Source[],
    private readonly targets: readonly Target[],
  ) {
    this.hasSum = hasSum(program);
  }

  /** Pins what is read and written, for the operation under way. */
  static of({ program, operands, numbers, mask, outputs }: Run, firstSlot = FIRST_SLOT): Pass {
    const { memory, numel } = operands[0] ?? outputs[0];
    const tag = dtypes[program.dtype].storage;
    let slot = firstSlot;
    // What is used in place needs no windows: the less are made, the less the memory grows.
    const placed = <T extends Source | Target>(operand: T): T => {
      if (!operand.direct) slot++;
      return operand;
    };
    const sources = operands.map((operand) => placed(new Source(operand, tag, slot)));
    if (mask) sources.push(placed(new Source(mask, dtypes[mask.dtype].storage, slot)));
    const targets = outputs.map((output) => placed(new Target(output, tag, slot)));
    return new Pass(program, memory, numel, writeNumbers(program, numbers, memory), sources, targets);
  }

  /** The same with the outputs of one role alone. */
  only(role: Output["role"]): Pass {
    const { program, memory, n, numbers, sources, targets } = this;
    const written = role === "store" ? targets : [];
    return new Pass(onlyOutputs(program, role), memory, n, numbers, sources, written);
  }

  /** Whether something is stored where an operand is read in place. */
  get overwrites(): boolean {
    const { sources, targets, n } = this;
    return targets.some(
      (target) => target.direct && sources.some((source) => source.direct && overlap(target, source, n)),
    );
  }

  /**
   * Where operands, mask and outputs lie, in the order in which kernels take them; null where not
   * all are used in place.
   */
  get places(): readonly Place[] | null {
    const places = [...this.sources, ...this.targets];
    return places.every(({ direct }) => direct) ? places : null;
  }

  /** Where a kernel finds, and puts, elements [start, start + n); until the next call. */
  begin(start: number, n: number): readonly number[] {
    const { addresses, sources, targets } = this;
    let i = 0;
    for (const source of sources) addresses[i++] = source.read(start, n);
    for (const target of targets) addresses[i++] = target.begin(start);
    return addresses;
  }

  /** Brings what was put there to its place. */
  end(start: number, n: number): void {
    for (const target of this.targets) target.end(start, n);
  }

  /** Of what `begin` gave, where the operands and the mask are so many elements further on. */
  operandsAt(addresses: readonly number[], elements: number): readonly number[] {
    const { operands, dtype } = this.program;
    return this.sources.map((_, i) => addresses[i] + elements * (i < operands ? dtypes[dtype].size : 1));
  }
}

function overlap(target: Target, source: Source, n: number): boolean {
  const [a, b] = [target.address, source.address];
  return a < b + n * source.size && b < a + n * target.size;
}

/** Puts each number into all lanes of 16 bytes; gives the address of the first. */
function writeNumbers({ dtype }: Program, numbers: readonly number[], memory: LinearMemory): number {
  if (numbers.length === 0) return 0;
  if (numbers.length > MOST_NUMBERS) {
    throw new RangeError(
      `lossgrad: expected a formula of at most ${MOST_NUMBERS} numbers, got ${numbers.length}`,
    );
  }
  const address = memory.window(NUMBERS);
  const { f32, f64 } = memory;
  const [lanes, size] = dtypes[dtype].compute === "f64" ? [f64, 8] : [f32, 4];
  let lane = address / size;
  // Faster than `fill`, which is made for more.
  for (const number of numbers) for (let i = 0; i < 16; i += size) lanes[lane++] = number;
  return address;
}
