/** Groups of parameters, which an optimiser is given and holds. */
import { describeStranger } from "../ndarray/adapter.js";
import { isFloating } from "../ndarray/dtype.js";
import { describeValue } from "../core/describe.js";
import { Tensor } from "../tensor/tensor.js";

/** What schedules of learning rates note in a group of parameters. */
export interface ScheduleNotes {
  /** The learning rate that a schedule begins with. */
  initialLr?: number;
  /** The largest learning rate of a cycle. */
  maxLr?: number;
  /** The learning rate that a cycle ends with. */
  minLr?: number;
  /** The smallest momentum of a cycle. */
  baseMomentum?: number;
  /** The largest momentum of a cycle. */
  maxMomentum?: number;
}

export const NOTES = ["initialLr", "maxLr", "minLr", "baseMomentum", "maxMomentum"] as const;

/** Parameters that share their hyperparameters H. */
export type ParameterGroup<H extends object> = H & ScheduleNotes & { readonly params: readonly Tensor[] };

/** A group as an optimiser is given it, with the hyperparameters that it has of its own. */
export type GivenGroup<H extends object> = { readonly params: Tensor | Iterable<Tensor> } & Partial<H> &
  ScheduleNotes;

/** Parameters as an optimiser is given them: tensors, or groups with hyperparameters of their own. */
export type Parameters<H extends object> = Iterable<Tensor> | Iterable<GivenGroup<H>>;

/** Throws for notes that are no numbers. */
export function checkNotes(values: object): void {
  for (const name of NOTES) {
    const value = (values as Readonly<Record<string, unknown>>)[name];
    if (value === undefined || typeof value === "number") continue;
    throw new TypeError(`Invalid ${name}: expected a number, got ${describeValue(value)}`);
  }
}

/** The hyperparameters alone. */
export function withoutParams<G extends { readonly params: unknown }>(group: G): Omit<G, "params"> {
  return Object.fromEntries(Object.entries(group).filter(([name]) => name !== "params")) as Omit<G, "params">;
}

/** Whether a value is meant to be a group, and no tensor. */
export function isGroup(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Tensor) && "params" in value;
}

/** Throws torch's errors for what cannot be a parameter. */
export function checkParameter(parameter: unknown): void {
  if (!(parameter instanceof Tensor)) {
    throw new TypeError(
      `optimizer can only optimize Tensors, but one of the params is ${describeStranger(parameter)}`,
    );
  }
  parameter.checkAlive("optimizer");
  if (!isFloating(parameter.dtype)) {
    throw new TypeError(
      `optimizer: expected parameters of a real floating dtype, got ${parameter.dtype}; hold real and imaginary parts in two`,
    );
  }
  if (!parameter.isLeaf) throw new Error("can't optimize a non-leaf Tensor");
}
