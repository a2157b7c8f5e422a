/** A row of the table of formulas as something that can be called, by tensors and typed arrays. */
import { Fused } from "../formula/fused.js";
import type { SlopesFunction } from "../formula/trace.js";
import { describeValue } from "../core/describe.js";
import type { FormulaRow } from "./formulas.js";
import { readNumber } from "./parameter.js";

export class FormulaLoss extends Fused {
  override readonly takesWeight: boolean;
  override readonly wayForTensors: string;

  /** `words` are what messages call the operands. */
  constructor(
    readonly row: FormulaRow,
    private readonly words: readonly string[] = row.operands,
  ) {
    const { name, parameters, term, slopes } = row;
    const standards = Object.entries(parameters).map(([word, parameter]): [string, number] => [
      word,
      Number(parameter.default),
    ]);
    super(
      term,
      name,
      standards.length > 0 ? Object.fromEntries(standards) : undefined,
      (slopes as SlopesFunction | undefined) ?? null,
    );
    this.takesWeight = row.takesWeight;
    this.wayForTensors = `use F.${name}`;
  }

  override get operandCount(): number {
    return this.row.operands.length;
  }

  override wordFor(place: number): string {
    return this.words[place];
  }

  protected override readParameter(word: string, given: unknown, standard: number): number {
    if (given === undefined) return standard;
    const parameter = this.row.parameters[word];
    if (typeof parameter.default === "number") {
      // -0 is 0.
      return readNumber(this.name, word, given, parameter) + 0;
    }
    if (typeof given === "boolean" || given === 0 || given === 1) return Number(given);
    throw new TypeError(`${this.name}(): argument '${word}' must be bool, not ${describeValue(given)}`);
  }
}
