/** A row of the table of formulas as something that can be called, by tensors and typed arrays. */
import { describeValue } from "../core/describe.js";
import type { Expression, PartialDerivative } from "../formula/expression.js";
import { Fused } from "../formula/fused.js";
import type { Traits } from "../formula/traits.js";
import type { SlopesFunction } from "../formula/trace.js";
import type { FormulaRow } from "./formula-row.js";
import { readNumber } from "./parameter.js";

export class FormulaLoss extends Fused {
  override readonly traits: Traits;
  override readonly wayForTensors: string;
  override readonly optionalNames: readonly string[];
  /** The same of other optional operands, by their names. */
  private readonly variants: Map<string, FormulaLoss>;

  /** `words` are what messages call the operands; `present`, the optional ones that there are. */
  constructor(
    readonly row: FormulaRow,
    private readonly words: readonly string[] = row.operands,
    private readonly present: readonly string[] = [],
    variants?: Map<string, FormulaLoss>,
  ) {
    const { name, parameters, term } = row;
    const slopes = slopesOf(row);
    const standards = Object.entries(parameters).map(([word, parameter]): [string, number] => [
      word,
      Number(parameter.default),
    ]);
    const place = placing(row, present);
    super(
      place ? (...args: unknown[]) => (term as Call)(...place(args)) : term,
      name,
      standards.length > 0 ? Object.fromEntries(standards) : undefined,
      slopes && place
        ? (upstream, ...args) => chosen(row, present, slopes(upstream, ...(place(args) as Operand[])))
        : (slopes ?? null),
    );
    this.traits = traitsOf(row, present);
    this.wayForTensors = `use F.${name}`;
    this.optionalNames = row.optional ?? [];
    this.variants = variants ?? new Map<string, FormulaLoss>([["", this]]);
  }

  override get operandCount(): number {
    return this.row.operands.length + this.present.length;
  }

  override wordFor(place: number): string {
    return [...this.words, ...this.present][place];
  }

  override givenBy(options: Readonly<Record<string, unknown>>): {
    fused: FormulaLoss;
    behind: readonly string[];
  } {
    const { row, words, variants, optionalNames } = this;
    const behind = optionalNames.filter((name) => isOperand(row, name, options[name]));
    const key = behind.join();
    let fused = variants.get(key);
    if (!fused) variants.set(key, (fused = new FormulaLoss(row, words, behind, variants)));
    return { fused, behind };
  }

  protected override readParameter(word: string, given: unknown, standard: number): number {
    if (given === undefined || this.present.includes(word)) return standard;
    const parameter = this.row.parameters[word];
    if (typeof parameter.default === "number") {
      // -0 is 0.
      return readNumber(this.name, word, given, parameter) + 0;
    }
    if (typeof given === "boolean" || given === 0 || given === 1) return Number(given);
    throw new TypeError(`${this.name}(): argument '${word}' must be bool, not ${describeValue(given)}`);
  }
}

type Call = (...args: unknown[]) => unknown;

/** Whether an option that was given is an operand: what is a parameter as well is none as a number. */
function isOperand({ optional, parameters }: FormulaRow, name: string, given: unknown): boolean {
  if (given === undefined || !optional?.includes(name)) return false;
  if (!Object.hasOwn(parameters, name)) return given !== null;
  return typeof given === "object" && given !== null;
}

function traitsOf(
  { operands, weightedMean, reductionWords = "enum", reductions, refusals = [] }: FormulaRow,
  present: readonly string[],
): Traits {
  const words = [...operands, ...present];
  return {
    weightedMean,
    weighsInPlace: true,
    reductionWords,
    reductions: reductions ?? {},
    refusals: refusals
      .map(({ operand, ...rest }) => ({ ...rest, index: words.indexOf(operand) }))
      .filter(({ index }) => index >= 0),
  };
}

type Operand = Parameters<SlopesFunction>[1];

/** The gradients that a row states, with the derivatives that it states of them. */
function slopesOf({ slopes, bends, operands, optional = [] }: FormulaRow): SlopesFunction | undefined {
  if (!slopes || !bends) return slopes as SlopesFunction | undefined;
  const count = operands.length + optional.length;
  return (upstream, ...args) => {
    const of = [upstream, ...(args.slice(0, count) as (Expression | null)[])];
    const derivatives = bends(upstream, ...(args as never));
    return slopes(upstream, ...(args as never)).map((slope, i) => {
      const partials = of.map((x, j): PartialDerivative | null => {
        const { [j]: derivative } = derivatives[i];
        return x && derivative && [x, derivative];
      });
      return slope?.stating(partials.filter((partial) => partial !== null)) ?? null;
    });
  };
}

/** Puts null in the place of each optional operand that is not there; null where a row has none. */
function placing(
  { operands, optional = [] }: FormulaRow,
  present: readonly string[],
): ((args: readonly unknown[]) => unknown[]) | null {
  if (optional.length === 0) return null;
  const count = operands.length;
  return (args) => [
    ...args.slice(0, count),
    ...optional.map((name) => {
      const at = present.indexOf(name);
      return at < 0 ? null : args[count + at];
    }),
    ...args.slice(count + present.length),
  ];
}

/** The gradients of the operands that there are. */
function chosen<T>(
  { operands, optional = [] }: FormulaRow,
  present: readonly string[],
  all: readonly T[],
): T[] {
  const count = operands.length;
  return [...all.slice(0, count), ...present.map((name) => all[count + optional.indexOf(name)])];
}
