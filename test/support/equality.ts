/**
 * Equal typed arrays, and equal lists of numbers, are told at once: `toEqual` walks over each
 * element with all of its rules, which takes a hundred times as long. What is not the same bit by
 * bit is left to those rules. A setup file imports this, so that it holds for all tests.
 */
import { expect } from "vitest";
import { bytesIn } from "./bytes.js";

function areSameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.constructor !== b.constructor || a.byteLength !== b.byteLength) return false;
  const [x, y] = [bytesIn(a), bytesIn(b)];
  return x.every((byte, i) => byte === y[i]);
}

function areSameNumbers(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => typeof value === "number" && Object.is(value, b[i]));
}

/** True, or undefined where the usual rules are to decide. */
function areSame(a: unknown, b: unknown): true | undefined {
  if (Array.isArray(a) && Array.isArray(b)) return areSameNumbers(a, b) || undefined;
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return areSameBytes(a, b) || undefined;
  return undefined;
}

expect.addEqualityTesters([areSame]);
