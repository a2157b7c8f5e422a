/** One call of a loss and its backward pass as data, and what PyTorch says of it. */
import { onesLike, tidy } from "lossgrad";
import type { Tensor } from "lossgrad";
import { differences } from "./compare.js";
import { leafOf, operandOf } from "./wire.js";
import type { Expected, WireArray } from "./wire.js";
import { callOf, type Loss, LOSSES, parameterOf } from "./losses.js";

type WireName<Name extends Loss> = Name extends `${infer Wire}Loss` ? Wire : never;
/** A loss of the table as the cases call it: l1 for l1Loss. */
export type LossName = WireName<Loss>;
export const WIRE_LOSSES = LOSSES.map((name) => name.replace(/Loss$/, "") as LossName);
export const inTable = (name: LossName): Loss => `${name}Loss`;

type Reduction = "none" | "mean" | "sum";
export type OperandName = "input" | "target" | "weight";

export interface LossCase {
  loss: LossName;
  reduction: Reduction;
  /** beta of smoothL1, delta of huber; left out for their default */
  parameter?: number;
  input: WireArray;
  target: WireArray;
  weight?: WireArray;
  /** the gradient handed to backward; ones where left out */
  upstream?: WireArray;
  requires: OperandName[];
}

export type LossAnswer =
  | { value: Expected; gradients: Partial<Record<OperandName, Expected>>; confirmed?: Confirmation }
  | { error: string }
  /** torch and the reference formulas differ: the oracle is at fault */
  | { disagreement: string };

/**
 * Whether torch itself was compared with, or only formulas of what it computes; how, or why not.
 */
export interface Confirmation {
  torch: boolean;
  note?: string;
}

const OPERANDS: readonly OperandName[] = ["input", "target", "weight"];

/**
 * Runs the case through the public API; the list of differences from the answer is empty where they
 * agree.
 */
export function checkLossCase(asked: LossCase, answer: LossAnswer): string[] {
  if ("disagreement" in answer) return [`the oracle disagrees with itself: ${answer.disagreement}`];
  try {
    return tidy(() => {
      const { value, leaves } = run(asked);
      if ("error" in answer) return [`no error, expected: ${answer.error}`];
      const found = differences("value", value, answer.value);
      for (const [name, leaf] of leaves) {
        const expected = answer.gradients[name];
        if (expected) found.push(...differences(`${name}.grad`, leaf.grad, expected));
        else if (leaf.grad !== null) found.push(`${name}.grad: not null`);
      }
      return found;
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if ("error" in answer)
      return message === answer.error ? [] : [`error: ${message}, expected: ${answer.error}`];
    return [`error: ${message}`];
  }
}

function run(asked: LossCase): { value: Tensor; leaves: Map<OperandName, Tensor> } {
  const leaves = new Map<OperandName, Tensor>();
  for (const name of OPERANDS) {
    const wire = asked[name];
    if (wire) leaves.set(name, leafOf(wire, asked.requires.includes(name)));
  }
  const operand = (name: "input" | "target"): Tensor => operandOf(asked[name], leaves.get(name)!);
  const value = call(asked, operand("input"), operand("target"), leaves.get("weight"));
  if (asked.requires.length > 0) {
    const ones = asked.reduction === "none" ? onesLike(value) : undefined;
    value.backward(asked.upstream ? leafOf(asked.upstream) : ones);
  }
  return { value, leaves };
}

function call(asked: LossCase, input: Tensor, target: Tensor, weight: Tensor | undefined): Tensor {
  const { reduction, parameter } = asked;
  const loss = inTable(asked.loss);
  return callOf(loss)(input, target, {
    reduction,
    ...parameterOf(loss, parameter),
    ...(weight && { weight }),
  });
}
