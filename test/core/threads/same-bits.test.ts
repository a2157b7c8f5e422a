/**
 * Any number of threads gives the bits of one: every loss, dtype, reduction and gradient, across
 * the edges of blocks and parts.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getNumThreads, setNumThreads, tensor, threadsInUse, tidy, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { BLOCK } from "../../../src/core/block.js";
import { MOST_BLOCKS } from "../../../src/core/threads/control.js";
import { hashOf } from "../../support/bytes.js";
import { ALL_LOSSES, callOf, isTorchs, lossOf, traitsOf } from "../../support/losses.js";
import type { AnyLoss } from "../../support/losses.js";
import { Random } from "../../support/random.js";
import { FLOAT_DTYPES } from "../../support/rational.js";
import type { FloatDType } from "../../support/rational.js";
import { CAN_SHARE } from "../../support/sharing.js";
import { casesOfRun, SLOW } from "../../support/slow.js";
import { onOneThread, workersUp } from "./up.js";

/**
 * One loop hands out blocks of all formulas: each of them is tried in one dtype, by turns, and of
 * those that torch does not have every fourth.
 */
const CASES = FLOAT_DTYPES.flatMap((dtype, i) =>
  ALL_LOSSES.filter(
    (loss, j) =>
      traitsOf(loss).prepared || (j % FLOAT_DTYPES.length === i && (isTorchs(loss) || i === j % 3)),
  ).map((loss) => [loss, dtype] as const),
);
/**
 * Fewer blocks than two threads share; just enough; a tail of one element; more blocks than eight
 * threads, unevenly.
 */
const LENGTHS = casesOfRun(
  [2 * BLOCK, 7 * BLOCK + 1, 8 * BLOCK + 1, 17 * BLOCK + 333],
  (n) => n === 2 * BLOCK || n === 8 * BLOCK + 1,
);
const COUNTS = SLOW ? [3, 8] : [2, 8];

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
function digestsOf(loss: AnyLoss, x: Tensor, y: Tensor): string[] {
  // A target that is only compared has no gradient.
  const digest = (t: Tensor | null): string => (t ? hashOf(t.detach().array()) : "none");
  const found: string[] = [digest(lossOf(loss, x, y, "none"))];
  for (const reduction of ["mean", "sum", "none"] as const) {
    const [a, b] = [x.detach().requiresGrad_(), y.detach().requiresGrad_()];
    const value = lossOf(loss, a, b, reduction);
    // Upstream gradients of 1, and another that has the gradient computed by a pass of its own.
    value.backward(reduction === "none" ? x.mul(3) : undefined, { retainGraph: true });
    found.push(digest(lossOf(loss, x, y, reduction)), digest(value), digest(a.grad), digest(b.grad));
    a.grad = null;
    value.backward(reduction === "none" ? x.mul(3) : tensor(-2.5, { dtype: value.dtype }));
    found.push(digest(a.grad));
  }
  return found;
}

/** Numbers, or those with some special ones in blocks of their own. */
interface Operands {
  readonly n: number;
  readonly special: readonly number[];
}

function digestsFor(loss: AnyLoss, dtype: FloatDType, { n, special }: Operands): string[] {
  return tidy(() => digestsOf(loss, operand(dtype, n, 1, special), operand(dtype, n, 2)));
}

describe.skipIf(!CAN_SHARE)("the bits of one thread are those", () => {
  const ordinary = LENGTHS.map((n) => ({ n, special: [] }));
  const specials = [[Infinity], [NaN, 1], [1e30, -1e30, 3e38], [-Infinity, 5, NaN]].map((special) => ({
    n: 8 * BLOCK + 7,
    special,
  }));
  const titled = (operands: readonly Operands[], cases: typeof CASES) =>
    operands.flatMap((one) =>
      cases.map(([loss, dtype]) => {
        const words = one.special.length === 0 ? "" : `, beside ${one.special.join()}`;
        return [`${loss} in ${dtype}, ${one.n} elements${words}`, loss, dtype, one] as const;
      }),
    );
  const allOrdinary = titled(ordinary, CASES);
  const allSpecial = titled(
    specials,
    casesOfRun(CASES, ([, dtype]) => dtype === "float32"),
  );
  const expected = new Map<string, string[]>();

  // A team takes long to come up, so it computes all that is asked of it.
  beforeAll(() => {
    // Before there is any memory, one thread would mean that no others ever come.
    zeros([1]);
    setNumThreads(1);
    for (const [title, ...asked] of [...allOrdinary, ...allSpecial]) {
      expected.set(title, digestsFor(...asked));
    }
  }, 300_000);

  describe.each(COUNTS)("of %i threads", (count) => {
    beforeAll(async () => {
      await workersUp(count);
      expect(getNumThreads()).toBe(count);
    });
    afterAll(() => {
      expect(threadsInUse()).toBe(count);
    });

    it.each(count === 2 ? [...allOrdinary, ...allSpecial] : allOrdinary)("%s", (title, ...asked) => {
      expect(digestsFor(...asked)).toEqual(expected.get(title));
    });
  });
});

/**
 * Digests of losses of rows and of what a mask keeps, with gradients; a row fills no block evenly.
 */
function digestsOfParts(dtype: FloatDType): string[] {
  return tidy(() => {
    const shape = [900, 300];
    const [x, y] = [1, 2].map((seed) => operand(dtype, 270_000, seed, [NaN, 3e38]).reshape(shape));
    const mask = x.gt(-0.5);
    return ALL_LOSSES.flatMap((loss) =>
      [{ dim: 1 }, { mask }, { dim: 1, mask }].flatMap((options) => {
        const leaf = x.detach().requiresGrad_();
        const value = callOf(loss)(leaf, y, options);
        const plain = callOf(loss)(x, y, options);
        value.sum().backward();
        return [plain, value, leaf.grad!].map((t) => hashOf(t.detach().array()));
      }),
    );
  });
}

describe.skipIf(!CAN_SHARE)("rows and masks have the bits of one thread", () => {
  it.each(FLOAT_DTYPES)("in %s", async (dtype) => {
    await workersUp(2);
    const expected = onOneThread(() => digestsOfParts(dtype));
    expect(digestsOfParts(dtype)).toEqual(expected);
  });
});

it.runIf(CAN_SHARE && SLOW)("more blocks than one job takes are several", async () => {
  const n = (MOST_BLOCKS + 3) * BLOCK + 5;
  const x = tensor(new Uint8Array(n)).to("float16");
  const y = tensor(Uint8Array.from({ length: n }, (_, i) => (i % BLOCK === 3 ? 1 : 0))).to("float16");
  await workersUp(2);
  // One element of every block differs by 1, and the last block has one as well.
  expect(lossOf("l1Loss", x, y, "sum").item()).toBe(1024 + 4);
  for (const each of [x, y]) each.dispose();
});
