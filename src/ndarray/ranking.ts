/** The k largest or smallest elements along a dimension: where they stand. */
import { operate } from "../core/operation.js";
import { contiguous, convert } from "./elementwise.js";
import { NdArray } from "./ndarray.js";
import { numelOf } from "./shape.js";

/** Whether a comes before b among the largest: NaN counts as larger than all, as in torch. */
const isLarger = (a: number | bigint, b: number | bigint): boolean =>
  a > b || (Number.isNaN(a) && !Number.isNaN(b));

/**
 * The indices, as int64, of the first `wanted` of each row of `x` along `dim`, in descending order or, of
 * the smallest, in ascending order. Equal elements stay in the order of their indices.
 */
export function topIndices(x: NdArray, wanted: number, dim: number, largest: boolean): NdArray {
  // A 0-d array has its one element whatever is asked for, as in torch.
  const k = x.shape.length === 0 ? 1 : wanted;
  const [before, behind] = [x.shape.slice(0, dim), x.shape.slice(dim + 1)];
  const [n, inner] = [x.shape[dim] ?? 1, numelOf(behind)];
  const out = NdArray.empty("int64", x.shape.length === 0 ? [] : [...before, k, ...behind]);
  if (out.numel === 0) return out;
  const source = contiguous(convert(x, x.dtype === "int64" ? "int64" : "float64"));
  operate(() => {
    // An address may renew the memory's buffer: the views come after both.
    source.address();
    out.address();
    const numbers = source.numbers() as Float64Array | BigInt64Array;
    const indices = out.numbers() as BigInt64Array;
    for (let row = 0; row < numelOf(before) * inner; row++) {
      const [span, i] = [Math.floor(row / inner), row % inner];
      const at = (place: number): number | bigint => numbers[(span * n + place) * inner + i];
      firstOf(n, k, (a, b) => (largest ? isLarger(at(a), at(b)) : isLarger(at(b), at(a)))).forEach(
        (place, j) => {
          indices[(span * k + j) * inner + i] = BigInt(place);
        },
      );
    }
  });
  return out;
}

/** Up to this many are found by inserting each that is better than the last, else by sorting. */
const FEW = 32;

/** The first k of the places 0 to n - 1, in the order that `precedes` says. */
function firstOf(n: number, k: number, precedes: (a: number, b: number) => boolean): readonly number[] {
  if (k > FEW) {
    const places = Array.from({ length: n }, (_, place) => place);
    places.sort((a, b) => (precedes(a, b) ? -1 : precedes(b, a) ? 1 : a - b));
    return places.slice(0, k);
  }
  const found: number[] = [];
  for (let place = 0; place < n; place++) {
    if (found.length === k && !precedes(place, found[k - 1])) continue;
    if (found.length === k) found.pop();
    let j = found.length;
    while (j > 0 && precedes(place, found[j - 1])) j--;
    found.splice(j, 0, place);
  }
  return found;
}
