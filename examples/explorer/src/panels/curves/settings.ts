/** The numbers that losses of the table are drawn with, by what their rows say of them. */
import type { FormulaRow } from "lossgrad/loss/formula-row.js";
import type { Field } from "../../shell/fields.js";

/** A number of a loss that can be set. */
export interface Setting {
  /** In links. */
  readonly key: string;
  /** The option, or the operand. */
  readonly word: string;
  /** Whether it is 0 or 1. */
  readonly flag: boolean;
  readonly scale: "linear" | "log";
  readonly min: number;
  readonly max: number;
  readonly initial: number;
}

/** Numbers by the keys of their settings. */
export type Settings = Readonly<Record<string, number>>;

/** Predictions of the notebook's plot: −8 … 12. */
export const WHOLE = { min: -8, max: 12 } as const;

/** What is added to a number so that its logarithm is finite shows in no curve. */
const LEAST_SEEN = 1e-4;

/** The settings of a loss; operands but prediction and target are such, too. */
export function settingsOf(row: FormulaRow): Setting[] {
  const made = (word: string, rest: Omit<Setting, "key" | "word">): Setting => ({
    key: `${row.name}.${word}`,
    word,
    ...rest,
  });
  const others = row.operands
    .slice(1)
    .filter((word) => word !== "target")
    .map((word) => {
      // What must not be negative is a spread.
      const isSpread = row.refusals?.some(({ operand }) => operand === word) ?? false;
      return isSpread
        ? made(word, { flag: false, scale: "log", min: 1 / 16, max: 16, initial: 1 })
        : made(word, { flag: false, scale: "linear", ...WHOLE, initial: 0 });
    });
  const parameters = Object.entries(row.parameters).flatMap(([word, { default: initial, refused }]) => {
    if (typeof initial === "boolean") {
      return [made(word, { flag: true, scale: "linear", min: 0, max: 1, initial: Number(initial) })];
    }
    if (initial > 0 && initial < LEAST_SEEN) return [];
    const most = Math.max(4, 4 * initial);
    if (refused === "not positive") {
      return [made(word, { flag: false, scale: "log", min: initial / 16, max: most, initial })];
    }
    const [min, max] = refused === "no share" ? [0, 1] : refused === "negative" ? [0, most] : [-most, most];
    return [made(word, { flag: false, scale: "linear", min, max, initial })];
  });
  return [...others, ...parameters];
}

/** What differs from the initial numbers, such as `wingLoss.omega:3~sigmoidFocalLoss.gamma:1`. */
export function settingsField(all: readonly Setting[]): Field<Settings> {
  const initial: Settings = Object.fromEntries(all.map(({ key, initial: value }) => [key, value]));
  return {
    initial,
    parse(text) {
      const given = text.split("~").map((part): [string, number] | null => {
        const [key, written = ""] = part.split(":");
        const setting = all.find((one) => one.key === key);
        const value = written.trim() === "" ? NaN : Number(written);
        return setting && value >= setting.min && value <= setting.max ? [key, value] : null;
      });
      const complete = given.filter((pair) => pair !== null);
      return complete.length === given.length ? { ...initial, ...Object.fromEntries(complete) } : null;
    },
    print: (values) =>
      all
        .filter(({ key, initial: value }) => values[key] !== value)
        .map(({ key }) => `${key}:${values[key]}`)
        .join("~"),
  };
}
