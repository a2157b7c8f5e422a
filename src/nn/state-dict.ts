/** States of modules: tensors by names. */
import { describeValue } from "../core/describe.js";
import { sameShape } from "../ndarray/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { Parameter } from "./parameter.js";

/** The parameters of a module by their names. */
export type StateDict = Readonly<Record<string, Tensor>>;

/** Names that did not fit when a state was loaded. */
export interface LoadedKeys {
  /** Names of the module's that the state lacked. */
  readonly missingKeys: readonly string[];
  /** Names of the state's that the module lacks. */
  readonly unexpectedKeys: readonly string[];
}

const quotedList = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
const shapeOf = ({ shape }: Tensor): string => `[${shape.join(", ")}]`;

/** What is to be copied where; throws torch's error where a state does not fit. */
export function checkState(
  caller: string,
  own: ReadonlyMap<string, Parameter>,
  state: unknown,
  strict: boolean,
): { readonly found: readonly (readonly [Parameter, Tensor])[]; readonly keys: LoadedKeys } {
  if (typeof state !== "object" || state === null || Array.isArray(state) || state instanceof Tensor) {
    throw new TypeError(`Expected state_dict to be dict-like, got ${describeValue(state)}.`);
  }
  const given = new Map<string, unknown>(Object.entries(state));
  const missingKeys = [...own.keys()].filter((name) => !given.has(name));
  const unexpectedKeys = [...given.keys()].filter((name) => !own.has(name));
  const errors: string[] = [];
  if (strict && missingKeys.length > 0)
    errors.push(`Missing key(s) in state_dict: ${quotedList(missingKeys)}. `);
  if (strict && unexpectedKeys.length > 0) {
    errors.push(`Unexpected key(s) in state_dict: ${quotedList(unexpectedKeys)}. `);
  }
  const found = [...own].flatMap(([name, parameter]): (readonly [Parameter, Tensor])[] => {
    if (!given.has(name)) return [];
    const value = given.get(name);
    const error = errorOf(name, parameter, value);
    if (error !== null) errors.push(error);
    return [[parameter, value as Tensor]];
  });
  if (errors.length === 0) return { found, keys: { missingKeys, unexpectedKeys } };
  throw new Error(`Error(s) in loading state_dict for ${caller}:\n\t${errors.join("\n\t")}`);
}

/** What is wrong with a value for a parameter. */
function errorOf(name: string, parameter: Parameter, value: unknown): string | null {
  if (!(value instanceof Tensor)) {
    return (
      `While copying the parameter named "${name}", expected torch.Tensor or Tensor-like object from checkpoint but ` +
      `received ${describeValue(value)}`
    );
  }
  value.checkAlive("loadStateDict");
  parameter.checkAlive("loadStateDict");
  if (sameShape(value.shape, parameter.shape)) return null;
  return (
    `size mismatch for ${name}: copying a param with shape ${shapeOf(value)} from checkpoint, the shape in current ` +
    `model is ${shapeOf(parameter)}.`
  );
}
