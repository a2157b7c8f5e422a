/**
 * How numbers are written: the mark before the decimals, and the one between groups of three
 * digits.
 */
export interface NumberFormat {
  decimal: string;
  /** Empty where thousands are not marked. */
  thousands: string;
}

export const PLAIN: NumberFormat = { decimal: ".", thousands: "" };

/**
 * A decimal number. After each character at most one part of it can go on, so that a long cell
 * takes time in proportion to its length; `\d+\.?\d*` would try every place to divide its digits.
 */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What numpy writes for the values that have no digits. */
const WITHOUT_DIGITS = /^([+-]?)(nan|inf|infinity)$/i;
/** As Python, R and JSON write booleans, which are numbers in all formats. */
const TRUTH = new Map([
  ["True", 1], ["TRUE", 1], ["true", 1], ["False", 0], ["FALSE", 0], ["false", 0],
]); // prettier-ignore
const GROUP = /^\d{3}$/;
const FIRST_GROUP = /^[+-]?\d{1,3}$/;
/** What spreadsheets write for a blank within a number: a no-break space, narrow or not. */
const BLANKS = /[\u00a0\u2009\u202f]/g;

/** The number that a cell holds, or undefined where it holds none. */
export function toNumber(cell: string, format: NumberFormat): number | undefined {
  const plain = toPlain(cell, format);
  if (plain !== undefined && DECIMAL.test(plain)) return Number(plain);
  if (TRUTH.has(cell)) return TRUTH.get(cell);
  const match = WITHOUT_DIGITS.exec(cell);
  if (!match) return undefined;
  if (match[2].toLowerCase() === "nan") return NaN;
  return match[1] === "-" ? -Infinity : Infinity;
}

/**
 * The cell in JavaScript's notation; undefined where its marks stand in places where the format
 * has none.
 */
function toPlain(cell: string, { decimal, thousands }: NumberFormat): string | undefined {
  let text = cell;
  if (thousands !== "") {
    if (thousands === " ") text = text.replace(BLANKS, " ");
    const at = text.indexOf(decimal);
    const [whole, rest] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at)];
    const [first, ...groups] = whole.split(thousands);
    // "1,5" is not fifteen: a mark stands before three digits or is none of thousands.
    if (groups.length > 0 && !(FIRST_GROUP.test(first) && groups.every((group) => GROUP.test(group)))) {
      return undefined;
    }
    text = [first, ...groups].join("") + rest;
  }
  if (decimal === ".") return text;
  return text.includes(".") ? undefined : text.replace(decimal, ".");
}

const OTHERS: readonly [NumberFormat, string][] = [
  [{ decimal: ",", thousands: "" }, '--decimal ","'],
  [{ decimal: ".", thousands: "," }, '--thousands ","'],
  [{ decimal: ",", thousands: "." }, '--decimal "," --thousands "."'],
  [PLAIN, '--decimal "."'],
  [{ decimal: ".", thousands: " " }, '--thousands " "'],
  [{ decimal: ",", thousands: " " }, '--decimal "," --thousands " "'],
  [{ decimal: ".", thousands: "'" }, `--thousands "'"`],
  [{ decimal: ".", thousands: "_" }, '--thousands "_"'],
];

/** The fewest options with which a cell would be a number; empty where it is none in any way. */
export function optionsFor(cell: string): string[] {
  const options = OTHERS.filter(([format]) => toNumber(cell, format) !== undefined).map(([, names]) => names);
  return options.filter((one) => !options.some((other) => other !== one && one.includes(other)));
}

/** What pandas, R, databases and spreadsheets write where there is no value. NaN is a value. */
const MISSING = new Set(
  ["", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NULL", "Null", "null", "None", "NaT"], // prettier-ignore
);

export function isMissing(cell: string): boolean {
  return MISSING.has(cell);
}
