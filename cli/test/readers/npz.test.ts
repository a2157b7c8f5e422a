import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openNpz } from "../../src/readers/npz.js";
import { bytesSource, contentOf, pipeOf, refusalOf } from "../support/arrays.js";

const fixture = (name: string) =>
  Uint8Array.from(
    readFileSync(fileURLToPath(new URL(`../../../test/fixtures/npz/${name}.npz`, import.meta.url))),
  );

const refusal = (bytes: Uint8Array, name?: string) =>
  refusalOf(() => openNpz(bytesSource(bytes, "x.npz"), name));

test("reads an array by its name, which may be left out where there is one", async () => {
  const one = await contentOf(openNpz(bytesSource(fixture("one"))));
  expect(await contentOf(openNpz(bytesSource(fixture("two")), "p"))).toEqual(one);
  expect(await contentOf(openNpz(bytesSource(fixture("one")), "arr_0"))).toEqual(one);
});

test("says which arrays there are", async () => {
  expect(await refusal(fixture("two"))).toBe(
    'x.npz: expected one array, got 2: "p", "t"; choose one with --array',
  );
  expect(await refusal(fixture("two"), "q")).toBe('x.npz: no array "q"; the archive has "p", "t"');
});

test("refuses a damaged archive, wherever it was cut, and one in a stream", async () => {
  const bytes = fixture("one");
  const damaged = bytes.slice();
  damaged[Buffer.from(damaged).indexOf("NUMPY") + 130] ^= 16;
  expect(await refusal(damaged)).toMatch(/^x\.npz: not readable as an \.npz: .*CRC/);
  for (let length = 4; length < bytes.length; length += 7) {
    expect(await refusal(bytes.subarray(0, length))).toMatch(/^x\.npz: /);
  }
  expect(await refusalOf(() => openNpz(pipeOf([bytes], "x.npz")))).toBe(
    "x.npz: expected an .npz as a file of its own, got one in a stream",
  );
});
