/** Calls that must fail, and leave everything as it was. */
import { memoryStats } from "lossgrad";
import { expect } from "vitest";
import { observe } from "./observe.js";

type ErrorKind = new (message: string) => Error;

/** Expects `call` to throw an error of exactly this kind whose message contains `message`. */
export function expectError(call: () => unknown, kind: ErrorKind, message: string): void {
  const { error } = observe(call);
  expect(error).toBeInstanceOf(Error);
  const { name, message: text } = error as Error;
  expect(text).toContain(message);
  expect(name).toBe(kind.name);
}

/** As expectError; and the call is to leave no memory behind. */
export function expectRefused(call: () => unknown, kind: ErrorKind, message: string): void {
  const before = memoryStats();
  expectError(call, kind, message);
  expect(memoryStats()).toEqual(before);
}
