/** How to compare: options, read once and checked. */
import { checkFlag, takeOptions } from "../core/options.js";
import { describeValue } from "../core/describe.js";
import { checkShape, type Shape } from "../ndarray/shape.js";

/** How `compare` compares. */
export interface CompareOptions {
  /**
   * How far apart numbers may be, relative to the reference. Given with `atol` or not at all, as in
   * torch; by default what `torch.testing.assert_close` takes for the looser of the two dtypes.
   */
  rtol?: number;
  /** How far apart numbers may be besides. */
  atol?: number;
  /** How many units in the last place numbers may be apart; instead of `rtol` and `atol`. */
  ulp?: number;
  /** Whether two NaN at one place are equal; false by default, as in torch. */
  equalNan?: boolean;
  /** Tell how each index of this dimension compares; negative from the last. */
  axis?: number;
  /** The shape of operands that say none, such as typed arrays. */
  shape?: readonly number[];
  /** Whether to look for the cause of a difference; true by default. */
  diagnose?: boolean;
}

/** The options, read and checked; null for what was not given. */
export interface TakenCompareOptions {
  readonly rtol: number | null;
  readonly atol: number | null;
  readonly ulp: number | null;
  readonly equalNan: boolean;
  readonly axis: number | null;
  readonly shape: Shape | null;
  readonly diagnose: boolean;
}

const NAMES = ["rtol", "atol", "ulp", "equalNan", "axis", "shape", "diagnose"] as const;

export function takeCompareOptions(caller: string, options: CompareOptions): TakenCompareOptions {
  const taken = takeOptions(caller, options, NAMES);
  const amount = (name: "rtol" | "atol" | "ulp"): number | null => {
    const value: unknown = taken[name];
    if (value === undefined) return null;
    if (typeof value === "number" && value >= 0) return value;
    throw new RangeError(`${caller}: expected ${name} to be a number from 0 on, got ${describeValue(value)}`);
  };
  const [rtol, atol, ulp] = [amount("rtol"), amount("atol"), amount("ulp")];
  if ((rtol === null) !== (atol === null)) {
    const missing = rtol === null ? "rtol" : "atol";
    throw new TypeError(
      `Both 'rtol' and 'atol' must be either specified or omitted, but got no '${missing}'.`,
    );
  }
  if (ulp !== null && rtol !== null)
    throw new TypeError(`${caller}: expected either ulp or rtol and atol, got all of them`);
  const { equalNan = false, diagnose = true } = taken;
  checkFlag(caller, "equalNan", equalNan);
  checkFlag(caller, "diagnose", diagnose);
  const axis: unknown = taken.axis ?? null;
  if (axis !== null && !Number.isInteger(axis))
    throw new TypeError(`${caller}: expected axis to be an integer, got ${describeValue(axis)}`);
  const shape = taken.shape === undefined ? null : checkShape(caller, taken.shape);
  return { rtol, atol, ulp, equalNan, axis: axis as number | null, shape, diagnose };
}
