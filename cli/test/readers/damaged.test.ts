/** Files that are damaged or lie: an InputError each, in bounded time and memory, and never a crash. */
import { describe, expect, test } from "vitest";
import { Random } from "../../../test/support/random.js";
import { readerOf } from "../../src/readers/open.js";
import { memorySource } from "../support/arrays.js";
import { mutated } from "../support/damage.js";
import { FILES } from "../support/files.js";
import { outcomeOf } from "../support/tables.js";

const outcome = (bytes: Uint8Array, options: object) =>
  outcomeOf(() => readerOf(memorySource(bytes, "x"), options));

/** Up to this many places of a file are tried. */
const MOST_CUTS = 40;
const MUTATIONS = 25;

describe.each(Object.entries(FILES))("%s", (_, { bytes, options, cutsShow }) => {
  test("is read as it is", async () => {
    expect(await outcome(bytes, options)).toBe(null);
  });

  test("cut anywhere, is refused", async () => {
    const step = Math.max(1, Math.floor(bytes.length / MOST_CUTS));
    for (let length = bytes.length - 1; length >= 0; length -= step) {
      const said = await outcome(bytes.subarray(0, length), options);
      if (cutsShow) expect(said, `${length} bytes`).toMatch(/^x/);
    }
  });

  test("changed by chance, is refused or read, in bounded time", async () => {
    const random = new Random(11);
    for (let i = 0; i < MUTATIONS; i++) {
      const began = performance.now();
      await outcome(mutated(bytes, random), options);
      expect(performance.now() - began, `mutation ${i}`).toBeLessThan(5000);
    }
  });
});
