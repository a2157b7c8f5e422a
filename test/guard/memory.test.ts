/**
 * What losses take at most: the linear memories beside the operands, and what they leave to the
 * garbage collector.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Tensor } from "lossgrad";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { losses, type LossName } from "../../src/loss/losses.js";
import { SLOW } from "../support/slow.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const KI = 1024;
const MI = KI * KI;
const PAGE = 64 * KI;

/** The library with memories of its own. */
async function fresh() {
  vi.resetModules();
  const [library, arrays, { memory, staging }] = await Promise.all([
    import("lossgrad"),
    import("lossgrad/arrays"),
    import("../../src/core/memory.js"),
  ]);
  const reserved = (): number => {
    const memories = new Set([memory(), staging()]);
    return [...memories].reduce((sum, each) => sum + each.reserved, 0);
  };
  return { ...library, arrays, reserved };
}

type Library = Awaited<ReturnType<typeof fresh>>;

/** Bytes of typed arrays that `call` makes and drops. */
function garbage(call: () => unknown): number {
  // V8 frees the buffers of what it collected beside the program: the next collection waits for that.
  collect();
  collect();
  const before = process.memoryUsage().arrayBuffers;
  call();
  return process.memoryUsage().arrayBuffers - before;
}

it("garbage is seen where there is some", () => {
  expect(garbage(() => new Float32Array(MI))).toBeGreaterThanOrEqual(4 * MI);
});

describe("at 4 Mi float32 elements, the memory holds", () => {
  const N = 4 * MI;
  const OPERANDS = 8 * N;
  const GRADIENT = 4 * N;
  let library: Library;

  beforeEach(async () => {
    library = await fresh();
  });

  it.each(Object.keys(losses) as LossName[])(
    "the operands of %s and their gradient, and 1 MiB at most",
    (name) => {
      const { F, zeros, reserved } = library;
      const [x, y] = [zeros([N], { requiresGrad: true }), zeros([N])];
      expect(garbage(() => F[name](x.detach(), y).item())).toBeLessThan(MI);
      expect(reserved()).toBeLessThanOrEqual(OPERANDS + MI);
      expect(
        garbage(() => {
          F[name](x, y).backward();
        }),
      ).toBeLessThan(MI);
      expect(reserved()).toBeLessThanOrEqual(OPERANDS + GRADIENT + MI);
    },
  );

  // Windows of float64 squares beside those of terms, and the numbers of rows.
  const ROWS = 4 * MI;
  it.each<[string, (library: Library, x: Tensor, y: Tensor) => Tensor]>([
    ["cosineEmbeddingLoss", ({ F, ones }, x, y) => F.cosineEmbeddingLoss(x, y, ones([N / KI]))],
    ["tripletMarginLoss", ({ F }, x, y) => F.tripletMarginLoss(x, y, y)],
    ["pairwiseDistance", ({ F }, x, y) => F.pairwiseDistance(x, y).sum()],
    ["cosineSimilarity", ({ F }, x, y) => F.cosineSimilarity(x, y).sum()],
  ])("the vectors of %s and their gradient, and 4 MiB at most", (_, loss) => {
    const { zeros, reserved, tidy } = library;
    const [x, y] = [zeros([N / KI, KI], { requiresGrad: true }), zeros([N / KI, KI])];
    tidy(() => void loss(library, x.detach(), y).item());
    expect(reserved()).toBeLessThanOrEqual(OPERANDS + ROWS);
    tidy(() => {
      loss(library, x, y).backward();
    });
    expect(reserved()).toBeLessThanOrEqual(OPERANDS + GRADIENT + ROWS);
  });

  it("nothing of foreign arrays: 1 MiB for windows, and the first page of two memories", () => {
    const { arrays, reserved } = library;
    const [x, y, grad] = [new Float32Array(N), new Float32Array(N), new Float32Array(N)];
    expect(garbage(() => arrays.l1Loss(x, y))).toBeLessThan(MI);
    expect(garbage(() => arrays.huberLoss.valueAndGrad(x, y, { grad }))).toBeLessThan(MI);
    expect(reserved()).toBeLessThanOrEqual(MI + 2 * PAGE);
  });
});

/** Formulas that are all different: one for each number. */
function formulaOf(id: number): (a: Tensor, b: Tensor) => Tensor {
  return (a, b) => {
    let e = a.sub(b);
    for (let rest = id; rest > 0; rest = Math.floor(rest / 4)) {
      e = [() => e.abs(), () => e.square(), () => e.sin(), () => e.add(1)][rest % 4]();
    }
    return e;
  };
}

const FORMULAS = SLOW ? 10_000 : 1000;

it(`${FORMULAS} distinct formulas with gradients take no more memory than the first 400`, async () => {
  const { fuse, ones, tensor, memoryStats } = await fresh();
  const x = tensor([1, -2, 3], { requiresGrad: true });
  const y = ones([3]);
  // One that is kept is called with other parameters, dtypes and wishes each time.
  const kept = fuse((a: Tensor, b: Tensor, { p }: { p: number }) => a.sub(b).mul(p), {
    parameters: { p: 0 },
  });
  const use = (id: number): void => {
    fuse(formulaOf(id))(x, y).backward();
    kept(x, y, { p: id }).backward();
    x.grad = null;
  };
  const measure = async (): Promise<{ heap: number; linear: number; resident: number }> => {
    // Modules are freed in several steps.
    for (let i = 0; i < 3; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heap: heapUsed + external, linear: memoryStats().bytesReserved, resident: rss };
  };
  for (let id = 0; id < 400; id++) use(id);
  const before = await measure();
  for (let id = 400; id < FORMULAS; id++) use(id);
  const after = await measure();
  expect(after.linear).toBe(before.linear);
  expect(after.heap - before.heap).toBeLessThan(3 * MI);
  expect(after.resident - before.resident).toBeLessThan(64 * MI);
}, 300_000);

const STEPS = SLOW ? 100_000 : 15_000;

describe(`${STEPS} training steps on 1 Ki elements, without dispose,`, () => {
  const WARM_UP = 3000;

  it("leave the linear memory as large as it was after the first", async () => {
    const { F, noGrad, tensor, memoryStats } = await fresh();
    const x = tensor(new Float32Array(KI), { requiresGrad: true });
    const y = tensor(new Float32Array(KI).fill(1));
    const step = (): void => {
      F.mseLoss(x, y, { reduction: "sum" }).backward();
      noGrad(() => x.sub_(x.grad!, { alpha: 0.001 }));
      x.grad = null;
    };
    for (let i = 0; i < WARM_UP; i++) step();
    const { bytesReserved, bytesInUse } = memoryStats();
    for (let i = WARM_UP; i < STEPS; i++) step();
    expect(memoryStats().bytesReserved).toBe(bytesReserved);
    expect(memoryStats().bytesInUse).toBe(bytesInUse);
  });

  it("in tidy, hold the gradient until it is set to null, and nothing afterwards", async () => {
    const { F, noGrad, tensor, memoryStats, tidy } = await fresh();
    const x = tensor(new Float32Array(KI), { requiresGrad: true });
    const y = tensor(new Float32Array(KI).fill(1));
    const before = memoryStats();
    let most = 0;
    for (let i = 0; i < STEPS; i++) {
      tidy(() => {
        F.mseLoss(x, y, { reduction: "sum" }).backward();
        noGrad(() => x.sub_(x.grad!, { alpha: 0.001 }));
        most = Math.max(most, memoryStats().bytesInUse);
        x.grad = null;
      });
    }
    expect(most - before.bytesInUse).toBe(4 * KI);
    expect(memoryStats()).toEqual(before);
  });
});
