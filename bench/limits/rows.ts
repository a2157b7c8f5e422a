/** The kernels' goals as a table: who is compared with whom, and where how much is wanted. */
import type { Data } from "./stage.js";

/** Elements: in the L1 cache, in L2, in L3, and in memory only. */
export const SIZES = [2 ** 11, 2 ** 15, 2 ** 20, 2 ** 24] as const;
const IN_CACHE = [SIZES[0], SIZES[1]];
const PAST_CACHE = [SIZES[3]];

export interface Runner {
  /** An export of the binary: a kernel, or one of the floors. */
  readonly kernel: string;
  readonly data: Data;
  /** The kernel's parameter, beta or delta. */
  readonly parameter?: number;
}

export interface Goal {
  /** The least speed, as a multiple of the other's. */
  readonly least: number;
  readonly sizes: readonly number[];
}

export interface Row {
  readonly what: string;
  readonly runner: Runner;
  readonly against: Runner;
  readonly goals: readonly Goal[];
}

const floor = (data: Data): Runner => ({ kernel: "floor_read", data });
const copy = (data: Data): Runner => ({ kernel: "floor_copy", data });
const kernel = (name: string, data: Data, parameter = 1): Runner => ({
  kernel: `${name}_${data === "f16tiny" ? "f16" : data}`,
  data,
  parameter,
});
const inCache = (least: number): Goal => ({ least, sizes: IN_CACHE });
const pastCache = (least: number): Goal => ({ least, sizes: PAST_CACHE });

/** The other losses take at most 1.25 times L1's time. */
const others: readonly (readonly [title: string, loss: string, parameter: number])[] = [
  ["MSE", "mse", 1],
  ["SmoothL1, beta 1", "smoothl1", 1],
  ["SmoothL1, beta 0.3", "smoothl1", 0.3],
  ["Huber", "huber", 1],
];
const passes = [
  ["value", "sum"],
  ["value and gradient", "sumslope"],
] as const;

const otherLosses: readonly Row[] = (["f32", "f64", "f16", "bf16"] as const).flatMap((data) =>
  passes.flatMap(([words, pass]) =>
    others.map(([title, loss, parameter]) => ({
      what: `${title}, ${data}, ${words}, against L1`,
      runner: kernel(`${loss}_${pass}`, data, parameter),
      against: kernel(`l1_${pass}`, data),
      // Goals were set for float32; the others are shown beside it.
      goals: data === "f32" ? [inCache(0.8), pastCache(0.8)] : [],
    })),
  ),
);

export const rows: readonly Row[] = [
  {
    what: "L1, f32, value, against reading",
    runner: kernel("l1_sum", "f32"),
    against: floor("f32"),
    goals: [{ least: 0.75, sizes: [SIZES[0]] }, pastCache(0.95)],
  },
  {
    what: "L1, f32, value and gradient, against reading two and writing one",
    runner: kernel("l1_sumslope", "f32"),
    against: copy("f32"),
    goals: [pastCache(0.95)],
  },
  {
    what: "L1, f64, value, against reading",
    runner: kernel("l1_sum", "f64"),
    against: floor("f64"),
    goals: [pastCache(0.95)],
  },
  {
    what: "L1, bf16, value, elements per second against f32",
    runner: kernel("l1_sum", "bf16"),
    against: kernel("l1_sum", "f32"),
    goals: [inCache(0.6), pastCache(1.5)],
  },
  {
    what: "L1, f16, value, elements per second against f32",
    runner: kernel("l1_sum", "f16"),
    against: kernel("l1_sum", "f32"),
    goals: [inCache(0.5), pastCache(1.5)],
  },
  {
    what: "L1, f16, value, a tenth subnormal, against none",
    runner: kernel("l1_sum", "f16tiny"),
    against: kernel("l1_sum", "f16"),
    goals: [inCache(0.5), pastCache(0.5)],
  },
  {
    what: "L1, f16, value and gradient, a tenth subnormal, against none",
    runner: kernel("l1_sumslope", "f16tiny"),
    against: kernel("l1_sumslope", "f16"),
    goals: [],
  },
  {
    what: "L1, uint8, value, elements per second against reading f32",
    runner: kernel("l1_sum", "u8"),
    against: floor("f32"),
    goals: [inCache(6 / 7), pastCache(6 / 7)],
  },
  {
    what: "L1, uint8 as torch wraps it, value, elements per second against reading f32",
    runner: kernel("l1wrap_sum", "u8"),
    against: floor("f32"),
    goals: [inCache(6 / 7), pastCache(6 / 7)],
  },
  ...otherLosses,
];
