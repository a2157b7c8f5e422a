/** Any number of threads gives the bits of one: every loss, dtype, reduction and gradient, across the edges of blocks and parts. */
import { afterAll, describe, expect, it } from "vitest";
import { getNumThreads, setNumThreads, tensor, threadsInUse, tidy } from "lossgrad";
import type { Tensor } from "lossgrad";
import { BLOCK } from "../../../src/core/block.js";
import { MOST_BLOCKS } from "../../../src/core/threads/control.js";
import { hashOf } from "../../support/bytes.js";
import { lossOf, LOSSES } from "../../support/losses.js";
import type { Loss } from "../../support/losses.js";
import { Random } from "../../support/random.js";
import { FLOAT_DTYPES } from "../../support/rational.js";
import type { FloatDType } from "../../support/rational.js";
import { CAN_SHARE } from "../../support/sharing.js";
import { workersUp } from "./up.js";

const CASES = FLOAT_DTYPES.flatMap((dtype) => LOSSES.map((loss) => [loss, dtype] as const));
/** Fewer blocks than two threads share; just enough; a tail of one element; more blocks than eight threads, unevenly. */
const LENGTHS = [2 * BLOCK, 3 * BLOCK + 1, 4 * BLOCK + 1, 17 * BLOCK + 333];
const COUNTS = [2, 3, 8];

afterAll(() => {
  setNumThreads(1);
});

function operand(dtype: FloatDType, n: number, seed: number, special: readonly number[] = []): Tensor {
  const random = new Random(seed);
  const values = Float64Array.from({ length: n }, () => random.normal());
  // In blocks of their own, the last one included.
  special.forEach((value, i) => (values[n - 1 - i * (BLOCK + 1)] = value));
  return tensor(values).to(dtype);
}

/** Digests of values and gradients by every reduction. */
function digestsOf(loss: Loss, x: Tensor, y: Tensor): string[] {
  const digest = (t: Tensor): string => hashOf(t.detach().array());
  const found: string[] = [digest(lossOf(loss, x, y, "none"))];
  for (const reduction of ["mean", "sum", "none"] as const) {
    const [a, b] = [x.detach().requiresGrad_(), y.detach().requiresGrad_()];
    const value = lossOf(loss, a, b, reduction);
    // Upstream gradients of 1, and another that has the gradient computed by a pass of its own.
    value.backward(reduction === "none" ? x.mul(3) : undefined, { retainGraph: true });
    found.push(digest(lossOf(loss, x, y, reduction)), digest(value), digest(a.grad!), digest(b.grad!));
    a.grad = null;
    value.backward(reduction === "none" ? x.mul(3) : tensor(-2.5, { dtype: value.dtype }));
    found.push(digest(a.grad!));
  }
  return found;
}

describe.skipIf(!CAN_SHARE).each(CASES)(
  "%s in %s has the same bits on any number of threads",
  (loss, dtype) => {
    it.each(LENGTHS)("at %i elements", async (n) => {
      const [x, y] = [operand(dtype, n, 1), operand(dtype, n, 2)];
      setNumThreads(1);
      const expected = tidy(() => digestsOf(loss, x, y));
      for (const count of COUNTS) {
        await workersUp(count);
        expect(getNumThreads()).toBe(count);
        expect(
          tidy(() => digestsOf(loss, x, y)),
          `${count} threads`,
        ).toEqual(expected);
        expect(threadsInUse()).toBe(count);
      }
      for (const each of [x, y]) each.dispose();
    });

    it("where sums of blocks are infinite or not a number", async () => {
      const n = 5 * BLOCK + 7;
      const y = operand(dtype, n, 4);
      for (const special of [[Infinity], [NaN, 1], [1e30, -1e30, 3e38], [-Infinity, 5, NaN]]) {
        const x = operand(dtype, n, 3, special);
        setNumThreads(1);
        const expected = tidy(() => digestsOf(loss, x, y));
        await workersUp(2);
        expect(
          tidy(() => digestsOf(loss, x, y)),
          special.join(),
        ).toEqual(expected);
        x.dispose();
      }
      y.dispose();
    });
  },
);

it.skipIf(!CAN_SHARE)("more blocks than one job takes are several", async () => {
  const n = (MOST_BLOCKS + 3) * BLOCK + 5;
  const x = tensor(new Uint8Array(n)).to("float16");
  const y = tensor(Uint8Array.from({ length: n }, (_, i) => (i % BLOCK === 3 ? 1 : 0))).to("float16");
  await workersUp(2);
  // One element of every block differs by 1, and the last block has one as well.
  expect(lossOf("l1Loss", x, y, "sum").item()).toBe(1024 + 4);
  for (const each of [x, y]) each.dispose();
});
