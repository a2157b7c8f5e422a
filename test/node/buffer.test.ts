/** Node's Buffer is a Uint8Array. */
import { tensor } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";
import { expect, it } from "vitest";

it("a tensor of a Buffer is uint8", () => {
  const made = tensor(Buffer.of(255, 2));
  expect([made.dtype, made.tolist()]).toEqual(["uint8", [255, 2]]);
});

it("a loss of arrays reads a Buffer", () => {
  expect(l1Loss(Buffer.from([1, 2]), Uint8Array.of(3, 3))).toBe(1.5);
});
