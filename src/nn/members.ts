/**
 * What is found among a module's properties: parameters, buffers and submodules, each under the
 * name that it has in a state, in the order of the properties.
 */
import { takeOptions } from "../core/options.js";
import type { Tensor } from "../tensor/tensor.js";
import { Buffer, bufferAt } from "./buffers.js";
import { isModule } from "./callable.js";
import type { AnyModule, Module } from "./module.js";
import { Parameter } from "./parameter.js";

/** Something with its name. */
export type Named<T> = [name: string, member: T];

/** The parts of a name that goes on: the name of a module, and that of what it holds. */
const joined = (prefix: string, name: string): string => (prefix === "" ? name : `${prefix}.${name}`);

/** The properties of a module by their names in a state; of those that are buffers, the buffers. */
function propertiesOf(module: AnyModule): Named<unknown>[] {
  const { torchNames } = module.constructor as typeof Module;
  return Object.keys(module).map((name) => [
    Object.hasOwn(torchNames, name) ? torchNames[name] : name,
    bufferAt(module, name) ?? (Reflect.get(module, name) as unknown),
  ]);
}

/** The parameters of the module alone. */
export function parametersOf(module: AnyModule): Named<Parameter>[] {
  return propertiesOf(module).filter((entry): entry is Named<Parameter> => entry[1] instanceof Parameter);
}

/** The buffers of the module alone that are tensors; those of its state, or all. */
export function buffersOf(module: AnyModule, inState = false): Named<Tensor>[] {
  return propertiesOf(module).flatMap(([name, one]): Named<Tensor>[] =>
    one instanceof Buffer && one.value && (one.persistent || !inState) ? [[name, one.value]] : [],
  );
}

/** The submodules of the module itself. */
export function childrenOf(module: AnyModule): Named<AnyModule>[] {
  return propertiesOf(module).filter((entry): entry is Named<AnyModule> => isModule(entry[1]));
}

/** Those that were not there before, by what they are. */
export function once<T>(all: readonly Named<T>[]): Named<T>[] {
  const seen = new Set<T>();
  return all.filter(([, one]) => !seen.has(one) && seen.add(one));
}

/** A module and all below it by their paths; each once, or as often as they are held. */
export function modulesOf(module: AnyModule, prefix: string, isOnce: boolean): Named<AnyModule>[] {
  const found: Named<AnyModule>[] = [];
  walk(module, prefix, isOnce ? new Set() : null, [], found);
  return found;
}

/** Adds a module and all below it, but for those that were seen. */
function walk(
  module: AnyModule,
  path: string,
  seen: Set<AnyModule> | null,
  above: readonly AnyModule[],
  found: Named<AnyModule>[],
): void {
  if (seen?.has(module)) return;
  seen?.add(module);
  if (above.includes(module)) {
    throw new Error(
      `${module.constructor.name}: expected modules that do not hold themselves, got one at "${path}"`,
    );
  }
  found.push([path, module]);
  for (const [name, child] of childrenOf(module)) {
    walk(child, joined(path, name), seen, [...above, module], found);
  }
}

/** What `own` finds in each of some modules, under its whole name. */
export function membersOf<T>(
  modules: readonly Named<AnyModule>[],
  own: (module: AnyModule) => Named<T>[],
): Named<T>[] {
  return modules.flatMap(([path, module]) =>
    own(module).map(([name, one]): Named<T> => [joined(path, name), one]),
  );
}

/** What of a module and of those below it is named, and how. */
export interface NamedOptions {
  /** What the names begin with, "" by default. */
  prefix?: string;
  /** Also of the modules below; true by default. */
  recurse?: boolean;
  /** Each once, under its first name; true by default. */
  removeDuplicate?: boolean;
}

/** What `own` finds in a module, and in those below it, as the options of the caller want it. */
export function namedMembers<T>(
  caller: string,
  module: AnyModule,
  options: NamedOptions,
  own: (module: AnyModule) => Named<T>[],
): Named<T>[] {
  const taken = takeOptions(caller, options, ["prefix", "recurse", "removeDuplicate"]);
  const { prefix = "", recurse = true, removeDuplicate = true } = taken;
  const modules = recurse
    ? modulesOf(module, prefix, removeDuplicate)
    : [[prefix, module] as Named<AnyModule>];
  const all = membersOf(modules, own);
  return removeDuplicate ? once(all) : all;
}

/** A module as torch prints it: the class, what it says of itself, and the submodules. */
export function printed(module: AnyModule): string {
  const lines = childrenOf(module).map(([name, child]) => `(${name}): ${String(child)}`);
  const own = module.extraRepr();
  const { name } = module.constructor;
  if (lines.length === 0) return `${name}(${own})`;
  const inner = [...(own === "" ? [] : [own]), ...lines].join("\n").replaceAll("\n", "\n  ");
  return `${name}(\n  ${inner}\n)`;
}
