/** NumPy's type codes of what is written. */
const CODES = { float16: "<f2", float32: "<f4", float64: "<f8" } as const;
export type NpyDtype = keyof typeof CODES;

/** Elements begin at a multiple of it, so that they can be mapped. */
const ALIGNMENT = 64;

export function isNpyDtype(dtype: string): dtype is NpyDtype {
  return Object.hasOwn(CODES, dtype);
}

/** What stands before the elements in an .npy file of version 1. */
export function npyHeader(dtype: NpyDtype, shape: readonly number[], order: "C" | "F"): Uint8Array {
  const lengths = shape.map((length) => `${length},`).join(" ");
  const fortran = order === "F" ? "True" : "False";
  const dict = `{'descr': '${CODES[dtype]}', 'fortran_order': ${fortran}, 'shape': (${lengths}), }`;
  const length = Math.ceil((10 + dict.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const start = [0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, length & 255, length >> 8];
  return Uint8Array.of(...start, ...new TextEncoder().encode(`${dict.padEnd(length - 1)}\n`));
}
