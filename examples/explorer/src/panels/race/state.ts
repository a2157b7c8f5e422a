/** What is raced. */
import { integer, oneOf, someOf } from "../../shell/fields.js";
import { Store } from "../../shell/store.js";
import { ENTRANTS, TFJS } from "./entrants.js";

export const PASSES = ["value", "gradient"] as const;
/** Binary logarithms of the number of elements. */
export const FEWEST = 10;
export const MOST = { min: 12, max: 24 } as const;

export interface RaceState {
  pass: (typeof PASSES)[number];
  most: number;
  entrants: readonly string[];
}

export function createStore(): Store<RaceState> {
  const ids = ENTRANTS.map(({ id }) => id);
  return new Store<RaceState>({
    pass: oneOf(PASSES, "value"),
    most: integer({ ...MOST, initial: 20 }),
    entrants: someOf(
      ids,
      ids.filter((id) => id !== TFJS),
    ),
  });
}

/** Numbers of elements, each four times the one before. */
export function sizesUpTo(most: number): number[] {
  const sizes: number[] = [];
  for (let exponent = FEWEST; exponent <= most; exponent += 2) sizes.push(2 ** exponent);
  return sizes;
}
