/** Faults that were planted are found by name; where there is none, none is named. */
import { compare } from "lossgrad/compare";
import { describe, expect, it } from "vitest";
import { PLANTED, UNEXPLAINED } from "../../support/planted.js";

describe("a planted fault is diagnosed", () => {
  it.each(PLANTED.map((planted) => [planted.title, planted] as const))("%s", (_, planted) => {
    const { reference, candidate, options, name, second = null, parameters = {} } = planted;
    const { equal, diagnosis } = compare(reference, candidate, options);
    expect(equal).toBe(false);
    expect(diagnosis).toMatchObject({ name, second, parameters });
  });
});

describe("what no fault made is not given the name of one", () => {
  it.each(UNEXPLAINED.map((pair) => [pair.title, pair] as const))("%s", (_, { reference, candidate }) => {
    const { equal, diagnosis } = compare(reference, candidate);
    expect(equal).toBe(false);
    expect(diagnosis).toBeNull();
  });
});
