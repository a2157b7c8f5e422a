/**
 * The elementary functions against mpmath: at every exponent of float32, at every sixth of float64,
 * and at random numbers where the functions turn. scripts/accuracy.mjs does the same with millions
 * of numbers.
 */
import { describe, expect, it } from "vitest";
import fixture from "../../fixtures/elementary.json?raw";
import { onLanes } from "../../support/vector-functions.js";
import { ELEMENTARY } from "../../support/elementary.js";

interface Fixture {
  inputs: Record<"f32" | "f64", string>;
  exact: Record<string, string>;
}
const { inputs, exact } = JSON.parse(fixture) as Fixture;

type Tag = "f32" | "f64";

function decode(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
}

function numbersOf(text: string, tag: Tag): number[] {
  return Array.from(tag === "f32" ? new Float32Array(decode(text)) : new Float64Array(decode(text)));
}

/** The bits of |x|, in which neighbours differ by 1. */
function place(x: number, tag: Tag): bigint {
  const magnitude = Math.abs(x);
  if (tag === "f32") return BigInt(new Uint32Array(Float32Array.of(magnitude).buffer)[0]);
  return new BigUint64Array(Float64Array.of(magnitude).buffer)[0];
}

/** Whether `result` is the exact number rounded toward 0, or the next away from it. */
function within(result: number, truncated: number, tag: Tag): boolean {
  if (Number.isNaN(truncated)) return Number.isNaN(result);
  if (result !== 0 && truncated !== 0 && Math.sign(result) !== Math.sign(truncated)) return false;
  const distance = place(result, tag) - place(truncated, tag);
  return distance === 0n || distance === 1n;
}

describe.each(ELEMENTARY.flatMap((name) => [[name, "f32"] as const, [name, "f64"] as const]))(
  "%s of %s",
  (name, tag) => {
    it("is within 1 ULP of exact", () => {
      const xs = numbersOf(inputs[tag], tag);
      const expected = numbersOf(exact[`${name}_${tag}`], tag);
      const fn = onLanes(name, tag);
      const width = tag === "f32" ? 4 : 2;
      const results: number[] = [];
      for (let i = 0; i < xs.length; i += width) results.push(...fn(xs.slice(i, i + width), 1, 20));
      const wrong = xs.flatMap((x, i) =>
        within(results[i], expected[i], tag) ? [] : [`${x}: ${results[i]}, exact ${expected[i]}`],
      );
      expect(wrong).toEqual([]);
      expect(xs.length).toBeGreaterThan(3000);
    });
  },
);
