/**
 * A function with a class's prototype: callable, and an instance of it. A call is one of its
 * `forward`. A constructor returns it, so that `this` is it in the constructors of subclasses.
 */
export function callableInstance(prototype: object): object {
  const call = (...args: never[]): unknown => instance.forward(...args);
  const instance = Object.setPrototypeOf(call, prototype) as { forward(...args: never[]): unknown };
  return instance;
}
