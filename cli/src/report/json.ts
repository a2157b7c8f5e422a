import type { Inputs, Result } from "../evaluation/evaluate.js";
import type { ArrayReader } from "../readers/reader.js";

/** What an evaluation found, for programs: numbers have all their digits. */
export function jsonReport(inputs: Inputs, result: Result): string {
  const described = Object.fromEntries(
    Object.entries(inputs).flatMap(([role, reader]: [string, ArrayReader | undefined]) =>
      reader
        ? [[role, { name: reader.name, format: reader.format, dtype: reader.dtype, shape: reader.shape }]]
        : [],
    ),
  );
  const { shape, elements, counts, results, partial, seconds, notes } = result;
  return JSON.stringify(
    { ...described, shape, elements, counts, results, partial, seconds, notes },
    inWords,
    2,
  );
}

/** Numbers that JSON lacks become words. */
export function inWords(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
