/**
 * Programs for tests, written by hand and at random, and a plain twin that computes them one
 * element at a time.
 */
import type {
  Instruction,
  InstructionName,
  Output,
  Program,
  ProgramDType,
  Reference,
} from "../../src/formula/program.js";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "../support/halves.js";
import type { Tag } from "../support/kernels.js";
import type { Random } from "../support/random.js";

export const PROGRAM_DTYPES: readonly ProgramDType[] = ["float16", "bfloat16", "float32", "float64"];
export const TAGS: Readonly<Record<ProgramDType, Tag>> = {
  float16: "f16",
  bfloat16: "bf16",
  float32: "f32",
  float64: "f64",
};

export const operand = (index: number): Reference => ({ kind: "operand", index });
export const number = (index: number): Reference => ({ kind: "number", index });
export const value = (index: number): Reference => ({ kind: "value", index });
export const step = (name: InstructionName, ...inputs: Reference[]): Instruction => ({
  name,
  inputs,
  rounds: true,
});
/** The same, not rounded: halves go on in float32. */
export const wide = (name: InstructionName, ...inputs: Reference[]): Instruction => ({
  name,
  inputs,
  rounds: false,
});

interface Parts {
  operands: number;
  numbers?: number;
  code: readonly Instruction[];
  sum?: Reference | undefined;
  stores?: readonly Reference[];
  masked?: boolean;
}

export function programOf(dtype: ProgramDType, parts: Parts): Program {
  const { operands, numbers = 0, code, sum, stores = [], masked = false } = parts;
  const outputs: Output[] = [
    ...(sum ? [{ role: "sum", from: sum } as const] : []),
    ...stores.map((from) => ({ role: "store", from }) as const),
  ];
  return { dtype, operands, numbers, code, outputs, masked, key: JSON.stringify({ ...parts, dtype }) };
}

/** A number as the dtype has it; through float32, where halves are computed. */
function rounded(dtype: ProgramDType, x: number): number {
  if (dtype === "float64") return x;
  const single = Math.fround(x);
  if (dtype === "float32") return single;
  return dtype === "float16" ? fromFloat16(toFloat16(single)) : fromBfloat16(toBfloat16(single));
}

const TWINS: Partial<Record<InstructionName, (x: number, y: number, z: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  sqrt: Math.sqrt,
  relu: (x) => (x < 0 ? 0 : x),
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  maximum: (x, y) => Math.max(x, y),
  minimum: (x, y) => Math.min(x, y),
  keep: (x, y) => (y !== 0 ? x : 0),
  eq: (x, y) => Number(x === y),
  ne: (x, y) => Number(x !== y),
  lt: (x, y) => Number(x < y),
  le: (x, y) => Number(x <= y),
  where: (x, y, z) => (x !== 0 ? y : z),
};
const ARITY: Partial<Record<InstructionName, number>> = {
  neg: 1,
  abs: 1,
  sign: 1,
  sqrt: 1,
  relu: 1,
  where: 3,
};
const NAMES = Object.keys(TWINS) as InstructionName[];

/** What a program gives for one element: its outputs, in the computing type. */
export function twin(program: Program, operands: readonly number[], numbers: readonly number[]): number[] {
  const { dtype, code, outputs } = program;
  const compute = dtype === "float64" ? (x: number): number => x : Math.fround;
  const values: number[] = [];
  const at = ({ kind, index }: Reference): number =>
    kind === "operand" ? operands[index] : kind === "number" ? compute(numbers[index]) : values[index];
  for (const { name, inputs, rounds } of code) {
    const [x, y, z] = inputs.map(at);
    const result = compute(TWINS[name]!(x, y, z));
    values.push(rounds ? rounded(dtype, result) : result);
  }
  return outputs.map(({ from }) => at(from));
}

/**
 * A program of up to `depth` instructions, some rounded and some not, with a sum and two stores.
 */
export function randomProgram(dtype: ProgramDType, random: Random, depth: number): Program {
  const operands = random.integer(1, 4);
  const numbers = random.integer(0, 3);
  const code: Instruction[] = [];
  const any = (): Reference => {
    if (code.length > 0 && random.chance(0.6))
      return value(random.integer(Math.max(0, code.length - 4), code.length - 1));
    if (numbers > 0 && random.chance(0.3)) return number(random.integer(0, numbers - 1));
    return operand(random.integer(0, operands - 1));
  };
  for (let i = 0; i < depth; i++) {
    const name = random.pick(NAMES);
    const inputs = Array.from({ length: ARITY[name] ?? 2 }, any);
    code.push({ name, inputs, rounds: random.chance(0.7) });
  }
  const last = value(code.length - 1);
  return programOf(dtype, {
    operands,
    numbers,
    code,
    ...(random.chance(0.8) ? { sum: last } : {}),
    stores: [last, any()].slice(0, random.integer(1, 2)),
    masked: random.chance(0.3),
  });
}
