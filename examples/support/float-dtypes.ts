export const floatDtypes = ["float16", "bfloat16", "float32", "float64"] as const;
export type FloatDtype = (typeof floatDtypes)[number];

/**
 * From which magnitude on a number rounds to infinity: half a unit above the greatest of each
 * dtype.
 */
export const infiniteFrom: Record<FloatDtype, number> = {
  float16: 65520,
  bfloat16: (2 - 2 ** -8) * 2 ** 127,
  float32: (2 - 2 ** -24) * 2 ** 127,
  float64: Infinity,
};
