/** Runs programs on whole arrays, by the operations of arrays: for a while, until the providers stand here. */
import { scope } from "../core/scope.js";
import type { DType } from "../ndarray/dtype.js";
import { binary, convert, copy, unary } from "../ndarray/elementwise.js";
import { NdArray } from "../ndarray/ndarray.js";
import { operations } from "../ndarray/operations.js";
import { sumAll } from "../ndarray/sums.js";
import type { Elements } from "../ndarray/window.js";
import type { Instruction, Program, Reference } from "./program.js";

export interface Run {
  readonly program: Program;
  readonly operands: readonly Elements[];
  readonly numbers: readonly number[];
  readonly mask: Elements | null;
  readonly outputs: readonly Elements[];
}

export function runProgram(run: Run, divisor = 1): number {
  const { program, operands, numbers, outputs } = run;
  const shape = ([...operands, ...outputs][0] as NdArray).shape;
  const wide: DType = program.dtype === "float64" ? "float64" : "float32";
  let total = 0;
  scope(
    () => {
      const values: NdArray[] = [];
      const read = ({ kind, index }: Reference): NdArray => {
        if (kind === "value") return values[index];
        if (kind === "operand") return convert(operands[index] as NdArray, wide);
        return NdArray.scalar(wide, numbers[index]).expanded(shape);
      };
      const compute = ({ name, inputs, rounds }: Instruction): NdArray => {
        const [a, b, c] = inputs.map(read);
        let value: NdArray;
        if (name === "where") value = operations.where([convert(a, "bool"), b, c]);
        else if (inputs.length === 1) value = unary(name as "neg", a);
        else value = binary(name as "add", a, b, wide);
        return rounds ? convert(convert(value, program.dtype), wide) : value;
      };
      for (const instruction of program.code) values.push(compute(instruction));
      const stored = [...outputs];
      for (const { role, from } of program.outputs) {
        if (role === "sum") total = Number(sumAll(read(from), divisor));
        else copy(read(from).expanded(shape), stored.shift() as NdArray);
      }
    },
    () => [],
  );
  return total;
}

export const runExactly = runProgram;
