import { describe, expect, it } from "vitest";
import { isolated, onLanes } from "../../support/vector-functions.js";
import { kernelsOf } from "../families.js";
import { ELEMENTARY } from "../../support/elementary.js";

const VECTOR_FUNCTIONS = kernelsOf("vector").map(([name]) => name);

describe("the elementary functions of one vector", () => {
  it("are there for each function in both types", () => {
    const expected = ELEMENTARY.flatMap((name) => [`fn_${name}_f32`, `fn_${name}_f64`]);
    expect([...VECTOR_FUNCTIONS].sort()).toEqual(expected.sort());
  });

  it.each(VECTOR_FUNCTIONS)(
    "%s compiles where there is no memory, no global and no other function",
    (name) => {
      expect(WebAssembly.Module.imports(isolated(name))).toEqual([]);
    },
  );

  it.each(ELEMENTARY)("%s gives in each lane what it gives of that lane alone", (name) => {
    const values = [0.3, -7.25, 1e30, -Infinity, -0, NaN, 120.5, 5e-40];
    for (const tag of ["f32", "f64"] as const) {
      const fn = onLanes(name, tag);
      const width = tag === "f32" ? 4 : 2;
      for (let i = 0; i < values.length; i += width) {
        const lanes = values.slice(i, i + width);
        expect(fn(lanes, 1.5, 20)).toEqual(lanes.map((x) => fn([x], 1.5, 20)[0]));
      }
    }
  });
});
