/** Functions with a class's prototype, which modules are. */
import type { AnyModule } from "./module.js";

/** By what a module is known: its class imports what asks. */
export const MODULE = /* @__PURE__ */ Symbol("lossgrad.module");

export function isModule(value: unknown): value is AnyModule {
  return typeof value === "function" && MODULE in value;
}

/**
 * A function with a class's prototype: callable, and an instance of it. A call is one of its
 * `forward`. A constructor returns it, so that `this` is it in the constructors of subclasses.
 */
export function callableInstance(prototype: object): object {
  const call = (...args: never[]): unknown => instance.forward(...args);
  // What a function has by itself would be in the way of properties with these names.
  Reflect.deleteProperty(call, "name");
  Reflect.deleteProperty(call, "length");
  const instance = Object.setPrototypeOf(call, prototype) as { forward(...args: never[]): unknown };
  return instance;
}
