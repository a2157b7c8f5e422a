/** States of modules: tensors by names. */
import { describeValue } from "../core/describe.js";
import { sameShape } from "../ndarray/shape.js";
import { checkTarget } from "../tensor/in-place.js";
import { Tensor } from "../tensor/tensor.js";
import { buffersOf, childrenOf, membersOf, modulesOf, type Named, parametersOf } from "./members.js";
import type { AnyModule } from "./module.js";

/** The parameters and persistent buffers of a module by their names. */
export type StateDict = Readonly<Record<string, Tensor>>;

/** Names that did not fit when a state was loaded. */
export interface LoadedKeys {
  /** Names of the module's that the state lacked. */
  readonly missingKeys: readonly string[];
  /** Names of the state's that the module lacks. */
  readonly unexpectedKeys: readonly string[];
}

/** What the state of a module consists of: of each module the parameters, then the buffers. */
export function stateOf(module: AnyModule): Named<Tensor>[] {
  return membersOf(modulesOf(module, "", false), (one): Named<Tensor>[] => [
    ...parametersOf(one),
    ...buffersOf(one, true),
  ]);
}

/** What is to be copied where; throws torch's error where a state does not fit. */
export function checkState(
  module: AnyModule,
  state: unknown,
  strict: boolean,
): { readonly found: readonly (readonly [Tensor, Tensor])[]; readonly keys: LoadedKeys } {
  if (typeof state !== "object" || state === null || Array.isArray(state) || state instanceof Tensor) {
    throw new TypeError(`Expected state_dict to be dict-like, got ${describeValue(state)}.`);
  }
  const given = new Map<string, unknown>(Object.entries(state));
  const own = new Map(stateOf(module));
  const missingKeys = [...own.keys()].filter((name) => !given.has(name));
  const unexpectedKeys = unexpectedIn(module, own, [...given.keys()]);
  const errors: string[] = [];
  if (strict && missingKeys.length > 0)
    errors.push(`Missing key(s) in state_dict: ${quotedList(missingKeys)}. `);
  if (strict && unexpectedKeys.length > 0) {
    errors.push(`Unexpected key(s) in state_dict: ${quotedList(unexpectedKeys)}. `);
  }
  const found = [...own].flatMap(([name, target]): (readonly [Tensor, Tensor])[] => {
    if (!given.has(name)) return [];
    const value = given.get(name);
    const error = errorOf(name, target, value);
    if (error !== null) errors.push(error);
    return [[target, value as Tensor]];
  });
  if (errors.length === 0) return { found, keys: { missingKeys, unexpectedKeys } };
  throw new Error(`Error(s) in loading state_dict for ${module.constructor.name}:\n\t${errors.join("\n\t")}`);
}

/** Names that no module has, in torch's order: those of a module before those of its submodules. */
function unexpectedIn(
  module: AnyModule,
  own: ReadonlyMap<string, Tensor>,
  given: readonly string[],
): string[] {
  return modulesOf(module, "", false).flatMap(([path, one]) => {
    const prefix = path === "" ? "" : `${path}.`;
    const below = new Set(childrenOf(one).map(([name]) => name));
    return given.filter((name) => {
      if (own.has(name) || !name.startsWith(prefix)) return false;
      const [first, ...rest] = name.slice(prefix.length).split(".");
      return rest.length === 0 || !below.has(first);
    });
  });
}

const quotedList = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
const shapeOf = ({ shape }: Tensor): string => `[${shape.join(", ")}]`;

/** What is wrong with a value for a parameter or buffer. */
function errorOf(name: string, target: Tensor, value: unknown): string | null {
  const what = `the parameter named "${name}"`;
  if (!(value instanceof Tensor)) {
    return (
      `While copying ${what}, expected torch.Tensor or Tensor-like object from checkpoint but ` +
      `received ${describeValue(value)}`
    );
  }
  value.checkAlive("loadStateDict");
  target.checkAlive("loadStateDict");
  if (!fits(value, target)) {
    return (
      `size mismatch for ${name}: copying a param with shape ${shapeOf(value)} from checkpoint, the shape in current ` +
      `model is ${shapeOf(target)}.`
    );
  }
  try {
    checkTarget(target, false);
  } catch (error) {
    return (
      `While copying ${what}, whose dimensions in the model are ${shapeOf(target)} and whose dimensions in the ` +
      `checkpoint are ${shapeOf(value)}, an exception occurred : ('${(error as Error).message}',).`
    );
  }
  return null;
}

/** Whether a value has the shape that is there; as in torch, one number in a row is one number. */
function fits({ shape }: Tensor, target: Tensor): boolean {
  return sameShape(shape, target.shape) || (target.ndim === 0 && sameShape(shape, [1]));
}
