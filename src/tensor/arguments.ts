/** What users may write as shapes, sizes and dimensions. */
import { describeValue } from "../core/describe.js";
import { checkShape, numelOf, takeSizes } from "../ndarray/shape.js";
import { checkNoMore } from "../core/options.js";

/** Sizes as separate arguments or as one array. */
export type Sizes = readonly number[] | readonly [readonly number[]];

export function readSizes(caller: string, sizes: Sizes): number[] {
  const list: readonly unknown[] =
    sizes.length === 1 && Array.isArray(sizes[0]) ? (sizes[0] as unknown[]) : sizes;
  return takeSizes(caller, list, (size) => {
    if (typeof size !== "number" || !Number.isSafeInteger(size)) {
      throw new TypeError(`${caller}: expected sizes to be integers, got ${describeValue(size)}`);
    }
  });
}

/**
 * The shape and the options of a call like `zeros([2, 3], { dtype })`, whose sizes may stand by
 * themselves, as in `zeros(2, 3, { dtype })`.
 */
export function readShapeAndOptions(
  caller: string,
  args: readonly unknown[],
): { shape: number[]; options: object | undefined } {
  const bare = typeof args[0] === "number";
  const others = bare ? args.findIndex((arg) => typeof arg !== "number") : 1;
  const count = others < 0 ? args.length : others;
  const shape = checkShape(caller, bare ? args.slice(0, count) : args[0]);
  checkNoMore(caller, args.slice(count + 1));
  return { shape, options: args[count] as object | undefined };
}

/** `sizes` with a -1 filled in, so that they hold `numel` elements; torch's errors. */
export function inferShape(sizes: readonly number[], numel: number): number[] {
  const shown = `shape '[${sizes.join(", ")}]' is invalid for input of size ${numel}`;
  if (sizes.filter((size) => size === -1).length > 1)
    throw new RangeError("only one dimension can be inferred");
  for (const size of sizes) if (size < -1) throw new RangeError(`invalid shape dimension ${size}`);
  const known = numelOf(sizes.filter((size) => size !== -1));
  if (!sizes.includes(-1)) {
    if (known !== numel) throw new RangeError(shown);
    return [...sizes];
  }
  if (known === 0) {
    throw new RangeError(
      `cannot reshape tensor of 0 elements into shape [${sizes.join(", ")}] because the unspecified dimension size -1 can ` +
        "be any value and is ambiguous",
    );
  }
  if (numel % known !== 0) throw new RangeError(shown);
  return sizes.map((size) => (size === -1 ? numel / known : size));
}

/** The shape that `shape` expands to for `sizes`, where -1 keeps a size; torch's errors. */
export function expandedShape(shape: readonly number[], sizes: readonly number[]): number[] {
  const lead = sizes.length - shape.length;
  const both = `Target sizes: [${sizes.join(", ")}].  Tensor sizes: [${shape.join(", ")}]`;
  if (lead < 0) {
    throw new RangeError(
      `expand: the number of sizes provided (${sizes.length}) must be greater or equal to the number of dimensions in the ` +
        `tensor (${shape.length})`,
    );
  }
  const expanded = [...sizes];
  // From the last to the first, as torch does, which names the last that does not fit.
  for (let d = sizes.length - 1; d >= 0; d--) {
    const size = sizes[d];
    if (d < lead) {
      if (size >= 0) continue;
      throw new RangeError(
        `The expanded size of the tensor (${size}) isn't allowed in a leading, non-existing dimension ${d}`,
      );
    }
    const before = shape[d - lead];
    if (size === -1 || size === before) {
      expanded[d] = before;
      continue;
    }
    if (before !== 1 || size < 0) {
      throw new RangeError(
        `The expanded size of the tensor (${size}) must match the existing size (${before}) at non-singleton dimension ${d}.  ${both}`,
      );
    }
  }
  return expanded;
}
