/** Jobs of any number of places and scalars, and of modules that are emitted at run time. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ones, setNumThreads, tensor } from "lossgrad";
import type { Tensor } from "lossgrad";
import { BLOCK } from "../../../src/core/block.js";
import { EmittedModule } from "../../../src/core/emitted.js";
import { memory } from "../../../src/core/memory.js";
import {
  MOST_BLOCKS,
  MOST_MODULE_BYTES,
  MOST_PLACES,
  MOST_SCALARS,
} from "../../../src/core/threads/control.js";
import type { Job, Place } from "../../../src/core/threads/job.js";
import { Team } from "../../../src/core/threads/team.js";
import type { AnyKernel } from "../../../src/core/threads/work.js";
import { CAN_SHARE } from "../../support/sharing.js";
import { kernelOf, tinyModule, trappingModule } from "../../support/tiny-module.js";

/** Bytes that no engine takes for a module. */
const refused = (): EmittedModule => new EmittedModule(new Uint8Array([1, 2, 3]));
/** Enough to wake a worker for. */
const BLOCKS = 50;
const N = (BLOCKS - 1) * BLOCK + 9;
const ALL_BLOCKS = Array.from({ length: BLOCKS }, (_, block) => block);

describe.skipIf(!CAN_SHARE)("a job", () => {
  const tensors: Tensor[] = [];
  let team: Team;

  beforeAll(async () => {
    team = new Team(memory(), 2);
    const x = kept(ones([N]));
    const kernel = memory().kernels.l1_sum_f32 as AnyKernel;
    const warmUp = { kernel, places: [placeOf(x), placeOf(x)], n: N, scalars: [0] };
    const end = performance.now() + 30_000;
    while (team.inUse < 2) {
      if (performance.now() > end) throw new Error("no worker came up");
      team.run(warmUp, 2, () => undefined);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });

  afterEach(() => {
    for (const each of tensors.splice(0)) each.dispose();
  });

  afterAll(() => {
    team.disband();
    setNumThreads(1);
  });

  function kept(x: Tensor): Tensor {
    tensors.push(x);
    return x;
  }

  function placeOf(x: Tensor, written = false): Place {
    const array = x.array();
    return { address: array.byteOffset, size: array.BYTES_PER_ELEMENT, written };
  }

  /** Runs the job; returns the sums of its blocks. */
  function run(job: Job, parts = 2): number[] {
    const sums: number[] = [];
    expect(team.run(job, parts, (sum) => sums.push(sum))).toBe(true);
    return sums;
  }

  /** The operands of a tiny module, and what it must make of them. */
  function problem(): {
    places: Place[];
    numbers: number;
    scaled: Tensor;
    doubled: Tensor;
    sums: number[];
  } {
    const x = kept(tensor(Float32Array.from({ length: N }, (_, i) => (i % 7) - 3)));
    const mask = kept(tensor(Uint8Array.from({ length: N }, (_, i) => (i % 3 === 0 ? 1 : 0))));
    const [scaled, doubled] = [kept(ones([N])), kept(ones([N]))];
    const number = kept(tensor([2.5, 2.5, 2.5, 2.5]));
    const sums = ALL_BLOCKS.map((block) => {
      let total = 0;
      for (let i = block * BLOCK; i < Math.min(N, (block + 1) * BLOCK); i++) {
        if (i % 3 === 0) total += 2.5 * ((i % 7) - 3);
      }
      return total;
    });
    const places = [placeOf(x), placeOf(mask), placeOf(scaled, true), placeOf(doubled, true)];
    return { places, numbers: placeOf(number).address, scaled, doubled, sums };
  }

  function expectScaled(scaled: Tensor): void {
    const wrong = [...scaled.array()].findIndex(
      (value, i) => value !== (i % 3 === 0 ? 2.5 * ((i % 7) - 3) : 0),
    );
    expect(wrong).toBe(-1);
  }

  it.each([1, 2, 3, 4, 5, MOST_PLACES])(
    "of %i places calls the kernel with the block's address in each, its length, and the scalars",
    (count) => {
      for (let scalars = 0; scalars <= MOST_SCALARS; scalars++) {
        const calls: number[][] = [];
        const kernel: AnyKernel = (...args) => void calls.push(args);
        const places = Array.from({ length: count }, (_, i) => {
          const size = [4, 1, 8, 2][i % 4];
          return { address: 2 ** 31 + 1000 * i, size, written: false };
        });
        const values = Array.from({ length: scalars }, (_, i) => i + 0.1);
        // On this thread alone, since workers have no such kernel.
        run({ kernel, module: refused(), places, n: 2 * BLOCK + 5, scalars: values }, 1);
        const expected = [BLOCK, BLOCK, 5].map((n, block) => [
          ...places.map(({ address, size }) => address + block * BLOCK * size),
          n,
          ...values,
        ]);
        // The usual numbers of places come with three scalars in any case.
        expect(calls.map((args) => args.slice(0, count + 1 + scalars))).toEqual(expected);
      }
    },
  );

  it("of an emitted module has its sums and both of its results, a byte an element of its mask", () => {
    const { places, numbers, scaled, doubled, sums } = problem();
    const module = tinyModule(memory());
    const job = { kernel: kernelOf(module, memory()), module, places, n: N, scalars: [numbers] };
    for (let i = 0; i < 20; i++) expect(run(job)).toEqual(sums);
    expectScaled(scaled);
    expect([...doubled.array()].every((value, i) => value === 2 * ((i % 7) - 3))).toBe(true);
  });

  it("of more blocks than one chunk has is right in each of them", () => {
    const n = (MOST_BLOCKS + 2) * BLOCK + 3;
    const bytes = kept(ones([n], { dtype: "uint8" }));
    const calls: number[] = [];
    const place = placeOf(bytes);
    const kernel: AnyKernel = (address) => {
      calls.push((address - place.address) / BLOCK);
      return address;
    };
    const sums = run({ kernel, module: refused(), places: [place], n, scalars: [] });
    expect(calls.sort((a, b) => a - b)).toEqual(Array.from({ length: MOST_BLOCKS + 3 }, (_, block) => block));
    expect(sums).toEqual(sums.map((_, block) => place.address + block * BLOCK));
  });

  it("of one module after another is computed by that module on a worker as well", () => {
    const { places, numbers, doubled } = problem();
    const results = doubled.array();
    const modules = [1000, 2000, 3000].map((add) => ({ add, module: tinyModule(memory(), add) }));
    for (const { add, module } of [...modules, ...modules]) {
      const isDone = (): boolean => results.some((value) => Math.abs(value - add) <= 3);
      const end = performance.now() + 20_000;
      while (!isDone()) {
        if (performance.now() > end) throw new Error("the worker never took part");
        // What this thread claims it leaves undone, but not before the worker could have come.
        const wait = performance.now() + 5;
        const kernel: AnyKernel = () => {
          while (performance.now() < wait);
          return 0;
        };
        run({ kernel, module, places, n: N, scalars: [numbers] });
      }
    }
  });

  it("is done without a worker that cannot take its module, now and later", () => {
    const { places, numbers, scaled, sums } = problem();
    const kernel = kernelOf(tinyModule(memory()), memory());
    const module = refused();
    let calls = 0;
    const counted: AnyKernel = (...args) => {
      calls++;
      return kernel(...args);
    };
    for (let i = 1; i <= 20; i++) {
      expect(run({ kernel: counted, module, places, n: N, scalars: [numbers] })).toEqual(sums);
      // No block is computed twice on that account.
      expect(calls).toBe(BLOCKS * i);
    }
    expectScaled(scaled);
    expect(team.inUse).toBe(2);
  });

  it("that fails on a worker is computed here", () => {
    const { places, numbers, scaled, sums } = problem();
    const kernel = kernelOf(tinyModule(memory()), memory());
    const module = trappingModule(memory());
    let calls = 0;
    const counted: AnyKernel = (...args) => {
      calls++;
      return kernel(...args);
    };
    const end = performance.now() + 20_000;
    while (calls <= BLOCKS) {
      if (performance.now() > end) throw new Error("the worker never took part");
      calls = 0;
      scaled.fill_(7);
      expect(run({ kernel: counted, module, places, n: N, scalars: [numbers] })).toEqual(sums);
      expectScaled(scaled);
    }
  });

  it.each([
    ["places", MOST_PLACES + 1, 0, 8],
    ["scalars", 1, MOST_SCALARS + 1, 8],
    ["bytes of a module", 1, 0, MOST_MODULE_BYTES + 1],
  ])("of more %s than workers can be told is left to the caller", (_, places, scalars, bytes) => {
    const place = { address: 64, size: 0, written: false };
    const job = {
      kernel: () => expect.fail("was called"),
      module: new EmittedModule(new Uint8Array(bytes)),
      places: Array.from({ length: places }, () => place),
      n: N,
      scalars: Array.from({ length: scalars }, () => 0),
    };
    expect(team.run(job, 2, () => expect.fail("was told"))).toBe(false);
  });

  it("of a kernel that neither the binary nor a module has is the library's own fault", () => {
    const job = { kernel: () => 0, places: [], n: N, scalars: [] };
    expect(() => team.run(job, 2, () => undefined)).toThrow("internal:");
  });
});
