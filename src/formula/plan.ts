/**
 * A program as steps for the interpreter: each is one kernel over a chunk of elements, from
 * registers, operands and numbers into a register. Registers are used again when what they held is
 * not needed any more.
 */
import { neededIn } from "./needed.js";
import type { Instruction, Program, Reference } from "./program.js";

/** Where a kernel reads: an operand and a number as such, or a register. */
export interface Place {
  readonly kind: "operand" | "number" | "register";
  readonly index: number;
}

/**
 * What fills a register: a kernel of the binary by its name, or
 *
 *     decode   an operand of halves as float32
 *     copy     an operand as it is
 *     spread   a number in all elements
 *     round    its input rounded to the halves' dtype
 *     pow      its input to the exponent, by JavaScript
 */
export interface Step {
  readonly name: string;
  readonly inputs: readonly Place[];
  readonly out: number;
  /** Of a power. */
  readonly exponent?: number | undefined;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Where the outputs are, in their order. */
  readonly outputs: readonly Place[];
  readonly registers: number;
}

/** The registers that are the interpreter's own. */
export const SCRATCH_REGISTER = 0;
export const ZEROS = 1;
const OWN = 2;

class Planner {
  /** Steps whose registers are the steps' own numbers. */
  private readonly steps: Omit<Step, "out">[] = [];
  private readonly arrays = new Map<string, Place>();
  private readonly values: Place[] = [];
  private readonly isHalf: boolean;

  constructor(private readonly program: Program) {
    this.isHalf = program.dtype === "float16" || program.dtype === "bfloat16";
  }

  plan(): Plan {
    const { code, outputs } = this.program;
    const needed = neededIn(this.program);
    code.forEach((instruction, i) => {
      if (needed[i]) this.values[i] = this.compile(instruction);
    });
    // What is stored may lie where an operand does.
    const places = outputs.map(({ role, from }) => {
      const place = this.array(from);
      return role === "store" && place.kind === "operand" ? this.memoized("copy", place) : place;
    });
    return this.allocate(places);
  }

  private add(step: Omit<Step, "out">): Place {
    return { kind: "register", index: this.steps.push(step) - 1 };
  }

  private memoized(name: string, input: Place): Place {
    const key = `${name} ${input.index}`;
    let place = this.arrays.get(key);
    if (!place) this.arrays.set(key, (place = this.add({ name, inputs: [input] })));
    return place;
  }

  private compile({ name, inputs, rounds, exponent }: Instruction): Place {
    const isBinary = inputs.length === 2;
    const places = inputs.map((input) => (isBinary ? this.place(input) : this.array(input)));
    const value = this.add({ name, inputs: places, exponent });
    return rounds && this.isHalf ? this.add({ name: "round", inputs: [value] }) : value;
  }

  private place({ kind, index }: Reference): Place {
    if (kind === "value") return this.values[index];
    if (kind === "operand" && this.isHalf) return this.memoized("decode", { kind, index });
    return { kind, index };
  }

  /** The same, with an element for each of the operands'. */
  private array(reference: Reference): Place {
    const place = this.place(reference);
    return place.kind === "number" ? this.memoized("spread", place) : place;
  }

  /** Gives each step a register that is free by then; a kernel may write where it reads. */
  private allocate(outputs: readonly Place[]): Plan {
    const last = this.steps.map((_, i) => i);
    const use = ({ kind, index }: Place, at: number): void => {
      if (kind === "register") last[index] = at;
    };
    this.steps.forEach(({ inputs }, i) => {
      for (const input of inputs) use(input, i);
    });
    for (const output of outputs) use(output, Infinity);
    const free: number[] = [];
    let registers = OWN;
    const places: number[] = [];
    const placed = (place: Place): Place =>
      place.kind === "register" ? { kind: "register", index: places[place.index] } : place;
    const steps = this.steps.map(({ name, inputs, exponent }, i): Step => {
      const read = inputs.map(placed);
      const ended = new Set(inputs.filter(({ kind, index }) => kind === "register" && last[index] === i));
      free.push(...new Set([...ended].map(({ index }) => places[index])));
      places[i] = free.pop() ?? registers++;
      return { name, inputs: read, out: places[i], exponent };
    });
    return { steps, outputs: outputs.map(placed), registers };
  }
}

const plans = new WeakMap<Program, Plan>();

export function planOf(program: Program): Plan {
  let plan = plans.get(program);
  if (!plan) plans.set(program, (plan = new Planner(program).plan()));
  return plan;
}
