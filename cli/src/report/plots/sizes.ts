/** What the sizes of errors tell. */
import type { ErrorBucket } from "../../picture/picture.js";

/** The share of the pairs whose |error| is at most `error`. */
export interface CurvePoint {
  readonly share: number;
  readonly error: number;
}

/** The share of a loss that so large a share of the pairs has, those with the largest |error|. */
export interface SharePoint {
  readonly loss: string;
  readonly pairs: number;
  readonly share: number;
}

/** Quantiles of |error| up to the 99th hundredth; beyond it, outliers would hide the others. */
export function quantileCurve(sizes: readonly ErrorBucket[]): CurvePoint[] {
  const total = totalOf(sizes, () => 1);
  const curve: CurvePoint[] = [{ share: 0, error: 0 }];
  let sum = 0;
  for (const { error, count } of sizes) {
    sum += count;
    curve.push({ share: sum / total, error });
    if (sum >= 0.99 * total) break;
  }
  return curve;
}

/** How much of each loss the pairs with the largest |error| make. */
export function lossShares(buckets: readonly ErrorBucket[]): SharePoint[] {
  // In units of the largest, so that no square overflows or vanishes.
  const unit = Math.max(...buckets.map(({ error }) => error)) || 1;
  const sizes = buckets.map(({ error, count }) => ({ error: error / unit, count }));
  const half = totalOf(sizes, () => 1) / 2;
  let below = 0;
  const median = sizes.find(({ count }) => (below += count) >= half)!.error;
  const losses: [string, (error: number) => number][] = [
    ["MSE", (e) => e * e],
    ["Huber", (e) => (e < median ? (e * e) / 2 : median * (e - median / 2))],
    ["L1", (e) => e],
  ];
  return losses.flatMap(([loss, of]) => sharesOf(sizes, loss, of));
}

/** The share of `loss` that so large a share of the pairs has. */
export function shareOfLargest(curves: readonly SharePoint[], loss: string, pairs: number): number {
  const curve = curves.filter((one) => one.loss === loss);
  const after = curve.findIndex((one) => one.pairs >= pairs);
  const b = curve[after];
  const a = curve[after - 1] ?? { pairs: 0, share: 0 };
  return a.share + ((b.share - a.share) * (pairs - a.pairs)) / (b.pairs - a.pairs);
}

function sharesOf(sizes: readonly ErrorBucket[], loss: string, of: (error: number) => number): SharePoint[] {
  const term = ({ error }: ErrorBucket): number => of(error);
  // Where there is no error, the loss is nobody's.
  const [all, pairs] = [totalOf(sizes, term) || 1, totalOf(sizes, () => 1)];
  const curve: SharePoint[] = [];
  let [sum, count] = [0, 0];
  for (const size of [...sizes].reverse()) {
    sum += term(size) * size.count;
    count += size.count;
    curve.push({ loss, pairs: count / pairs, share: sum / all });
  }
  return curve;
}

function totalOf(sizes: readonly ErrorBucket[], term: (size: ErrorBucket) => number): number {
  return sizes.reduce((sum, size) => sum + term(size) * size.count, 0);
}
