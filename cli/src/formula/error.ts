/** A formula that cannot be read, or that is none: told to whoever typed it, with the place. */
export class FormulaError extends Error {
  override name = "FormulaError";

  /** `place` counts characters from 0; null where the whole is wrong. */
  constructor(problem: string, place: number | null = null) {
    super(place === null ? problem : `${problem} at character ${place + 1}`);
  }
}
