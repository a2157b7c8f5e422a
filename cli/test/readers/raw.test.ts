import { expect, test } from "vitest";
import { openRaw } from "../../src/readers/raw.js";
import { bytesSource, contentOf, pipeOf, refusalOf } from "../support/arrays.js";

const data = Float32Array.of(1, 2, 3, 4, 5, 6, 7);
const bytes = new Uint8Array(data.buffer);

test("reads elements without a header", async () => {
  expect(await contentOf(openRaw(bytesSource(bytes), "float32"))).toEqual({
    data,
    dtype: "float32",
    shape: [7],
    order: "C",
  });
  expect((await contentOf(openRaw(bytesSource(bytes), "uint8"))).data).toEqual(bytes);
});

test("reads a stream to its end, however it is cut", async () => {
  const pieces = [bytes.subarray(0, 3), bytes.subarray(3, 18), bytes.subarray(18)];
  expect(await contentOf(openRaw(pipeOf(pieces), "float32"))).toMatchObject({ data, shape: null });
});

test("refuses parts of elements, and dtypes that there are not", async () => {
  const cut = bytes.subarray(0, 27);
  const message = "x: expected elements of 4 bytes, got 27 bytes: of another dtype, or truncated";
  expect(await refusalOf(async () => openRaw(await Promise.resolve(bytesSource(cut)), "float32"))).toBe(
    message,
  );
  expect(await refusalOf(async () => openRaw(await Promise.resolve(pipeOf([cut])), "float32"))).toBe(message);
  expect(() => openRaw(bytesSource(bytes), "toString")).toThrow(
    /x: expected a dtype of raw elements among bfloat16, .*, bool, got "toString"$/,
  );
});
