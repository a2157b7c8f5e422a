/**
 * A small program of tensor operations as data, run through the public API and held against torch's
 * answer.
 */
import { onesLike, tidy } from "lossgrad";
import type { Tensor } from "lossgrad";
import { differences } from "./compare.js";
import { leafOf } from "./wire.js";
import type { Expected, WireArray } from "./wire.js";

export type Leaf = WireArray & { requires: boolean };
/** The index of a register (the leaves, then each step's result) or a plain number. */
export type Argument = number | { number: number };

export interface StepOptions {
  alpha?: number;
  min?: number;
  max?: number;
  dim?: number | number[];
  keepdim?: boolean;
}

type Unary = "neg" | "abs" | "sign" | "square" | "sqrt" | "relu" | "t";
type Binary =
  "mul" | "div" | "maximum" | "minimum" | "matmul" | "mm" | "eq" | "ne" | "lt" | "le" | "gt" | "ge";
type StepName = Unary | Binary | "add" | "sub" | "pow" | "clamp" | Reduction;
type Reduction = "sum" | "mean" | "amax" | "amin" | "nansum";
export type Step = [name: StepName, args: Argument[], options: StepOptions];

export interface ExpressionCase {
  leaves: Leaf[];
  program: Step[];
  upstream?: WireArray;
  /** The numbers are meant to be so round that nothing is rounded: torch checks it. */
  grid?: boolean;
}

export type ExpressionAnswer =
  { value: Expected; gradients: (Expected | null)[] } | { error: string } | { inexact: true };

/** The differences from the answer; empty where they agree. */
export function checkExpression(asked: ExpressionCase, answer: ExpressionAnswer): string[] {
  if ("inexact" in answer) return [];
  try {
    return tidy(() => {
      const leaves = asked.leaves.map((wire) => leafOf(wire, wire.requires));
      const value = evaluate(asked, leaves);
      if ("error" in answer) return [`no error, expected: ${answer.error}`];
      const found = differences("value", value, answer.value);
      leaves.forEach((leaf, i) => {
        const expected = answer.gradients[i];
        if (expected) found.push(...differences(`leaves[${i}].grad`, leaf.grad, expected));
        else if (leaf.grad !== null) found.push(`leaves[${i}].grad: not null`);
      });
      return found;
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if ("error" in answer)
      return message === answer.error ? [] : [`error: ${message}, expected: ${answer.error}`];
    return [`error: ${message}`];
  }
}

function evaluate(asked: ExpressionCase, leaves: readonly Tensor[]): Tensor {
  const registers = [...leaves];
  for (const step of asked.program) registers.push(apply(step, registers));
  const value = registers[registers.length - 1];
  if (value.requiresGrad) value.backward(asked.upstream ? leafOf(asked.upstream) : onesLike(value));
  return value;
}

function apply([name, args, options]: Step, registers: readonly Tensor[]): Tensor {
  const [first, second] = args.map((a) => (typeof a === "number" ? registers[a] : a.number)) as [
    Tensor,
    Tensor | number,
  ];
  switch (name) {
    case "neg":
    case "abs":
    case "sign":
    case "square":
    case "sqrt":
    case "relu":
    case "t":
      return first[name]();
    case "add":
    case "sub":
      return first[name](second, options);
    case "sum":
    case "mean":
    case "amax":
    case "amin":
    case "nansum":
    case "clamp":
      return first[name](options);
    case "pow":
      return first.pow(second as number);
    case "matmul":
    case "mm":
    case "maximum":
    case "minimum":
      return first[name](second as Tensor);
    default:
      return first[name](second);
  }
}
