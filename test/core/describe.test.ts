import { describe, expect, it } from "vitest";
import { describeValue, wordOf } from "../../src/core/describe.js";

describe("what messages tell of a value", () => {
  it.each([
    ["text", '"text"', "text"],
    [3n, "3n", "3n"],
    [Symbol("x"), "Symbol(x)", "Symbol(x)"],
    [Object.create(null), "object", "object"],
    [[1, Symbol("x")], "array of length 2", "array of length 2"],
    [undefined, "undefined", "undefined"],
  ])("of %o", (value, quoted, word) => {
    expect([describeValue(value), wordOf(value)]).toEqual([quoted, word]);
  });

  it("of a long text only its beginning, and how long it is", () => {
    const text = "x".repeat(100_000);
    expect(describeValue(text)).toBe(`"${"x".repeat(199)}… (100000 characters)`);
    expect(wordOf(text)).toBe(`${"x".repeat(200)}… (100000 characters)`);
    expect(describeValue("x".repeat(200))).toBe(`"${"x".repeat(200)}"`);
  });
});
