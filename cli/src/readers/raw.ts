import { InputError, quoted } from "../input-error.js";
import type { Source } from "../sources/source.js";
import { BinaryReader } from "./binary.js";
import { type Dtype, DTYPES, storedAs } from "./dtypes.js";

/** Elements without a header, little-endian: the user says their dtype. */
export function openRaw(source: Source, dtype: string): BinaryReader {
  if (!isDtype(dtype)) {
    throw new InputError(
      `${source.name}: expected a dtype of raw elements among ${Object.keys(DTYPES).join(", ")}, got ${quoted(dtype)}`,
    );
  }
  const { size } = storedAs(dtype);
  if (source.size !== null && source.size % size !== 0) {
    throw new InputError(
      `${source.name}: expected elements of ${size} bytes, got ${source.size} bytes: of another dtype, or truncated`,
    );
  }
  const shape = source.size === null ? null : [source.size / size];
  return new BinaryReader(source, { name: source.name, format: "raw", dtype, shape, offset: 0 });
}

function isDtype(name: string): name is Dtype {
  return Object.hasOwn(DTYPES, name);
}
