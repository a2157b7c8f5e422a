/** What a query found of a group of rows, as the state of metrics. */
import type { MetricsJSON } from "lossgrad/metrics";
import type { Request, TallyJSON } from "../evaluation/tally.js";
import type { Pair } from "../evaluation/worst.js";
import { InputError, quoted } from "../input-error.js";
import { MISSING_WAY } from "../readers/missing.js";
import { emptyState, type Header } from "./query.js";

/** What a query found of one group, or of all rows. */
export class Group {
  readonly #entries: ReadonlyMap<string, string | null>;

  constructor(
    private readonly path: string,
    private readonly header: Header,
    values: readonly (string | null)[],
  ) {
    this.#entries = new Map(header.entries.map((name, i) => [name, values[i]]));
    this.#check();
  }

  text(name: string): string {
    return this.#entries.get(name) ?? "";
  }

  count(name: string): number {
    const text = this.text(name);
    if (/^\d{1,16}$/.test(text)) return Number(text);
    throw this.#fail(`expected a number of ${name}, got ${quoted(text)}`);
  }

  tally(request: Request): TallyJSON {
    const metrics = this.#metrics(request);
    const { names } = this.header;
    const worst = names.place === undefined ? [] : this.#pairs().slice(0, request.worst).filter(isError);
    const groups = names.by === undefined ? [] : [[this.#label, metrics] as const];
    return { metrics, worst, groups, picture: null };
  }

  /** The state of the metrics; another program computed it, so that it has no checksum. */
  #metrics(request: Request): MetricsJSON {
    const empty = emptyState(request);
    const [output] = empty.outputs;
    const masked = this.count("masked");
    const nan = request.nan === "propagate" ? 0 : this.count("nan");
    const count = this.count("rows") - masked - nan;
    const { weight } = this.header.names;
    return {
      ...empty,
      outputs: [
        {
          count,
          masked,
          nan,
          weights: weight === undefined ? sumOf(new Map([[ONE, BigInt(count)]])) : this.#sum("weights"),
          sums: Object.fromEntries(Object.keys(output.sums).map((key) => [key, this.#sum(key)])),
          ...(output.maximum ? { maximum: this.#maximum(count) } : {}),
          ...(output.histogram ? { histogram: this.#histogram() } : {}),
        },
      ],
      checksum: "none",
    };
  }

  #sum(key: string): ReturnType<typeof sumOf> {
    const total = new Map<number, bigint>();
    for (let i = 0; this.#entries.has(`sum ${key} ${i}`); i++)
      for (const [exponent, whole] of this.#map(`sum ${key} ${i}`))
        total.set(exponent, (total.get(exponent) ?? 0n) + whole);
    return sumOf(total);
  }

  #histogram(): [number, number][] {
    const buckets = this.#map("histogram").map(([bucket, count]): [number, number] => [
      bucket,
      Number(count),
    ]);
    return buckets.filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  }

  #maximum(count: number): { value: number | string; index: number; firsts: number } {
    if (count === 0) return { value: -1, index: -1, firsts: this.#firsts(0) };
    const isNaN = this.count("errors that are NaN") > 0;
    const value = floatOf(BigInt(this.text("maximum")));
    const shown = isNaN ? "NaN" : value === Infinity ? "Infinity" : value;
    const index = this.header.names.place === undefined ? 0 : this.#pairs()[0].place;
    return { value: shown, index, firsts: this.#firsts(this.count("rows")) };
  }

  /** Rows of a table have no order, unless a column numbers them: each is a first one then. */
  #firsts(rows: number): number {
    return this.header.names.place === undefined ? rows : this.count("first rows");
  }

  /** The pairs with the largest errors. */
  #pairs(): Pair[] {
    const numbers = (this.text("worst").match(/\d+/g) ?? []).map(BigInt);
    return Array.from({ length: numbers.length / 3 }, (_, i) => ({
      place: Number(numbers[3 * i]),
      prediction: floatOf(numbers[3 * i + 1]),
      target: floatOf(numbers[3 * i + 2]),
    }));
  }

  get #label(): string {
    const label = this.#entries.get("group") ?? null;
    const type = plainType(this.text("by type"));
    if (!isNumeric(type)) return label ?? "";
    if (label === null) return "NaN";
    if (type === "Bool") return label === "true" ? "1" : "0";
    if (!type.includes("Float")) return label;
    const number = label === "inf" ? Infinity : label === "-inf" ? -Infinity : Number(label);
    return String(type === "Float32" ? Math.fround(number) : number);
  }

  #map(name: string): [number, bigint][] {
    const text = this.text(name);
    if (!/^\{(\d+:-?\d+(,\d+:-?\d+)*)?\}$/.test(text))
      throw this.#fail(`expected ${name} as whole numbers by exponents, got ${quoted(text)}`);
    const pairs = text.slice(1, -1).split(",").filter(Boolean);
    return pairs.map((pair) => {
      const [key, value] = pair.split(":");
      return [Number(key), BigInt(value)];
    });
  }

  /** Throws for rows that an evaluation of the same data refuses. */
  #check(): void {
    const { names, options } = this.header;
    for (const role of ["prediction", "target", "weight"] as const) {
      if (names[role] === undefined || options.nan === "omit") continue;
      const missing = this.count(`${role} missing`);
      if (missing > 0)
        throw this.#fail(
          `column ${quoted(names[role])}: expected numbers, got ${rowsOf(missing)} with NULL; ${MISSING_WAY}`,
        );
    }
    if (options.nan === "error" && this.count("nan") > 0)
      throw this.#fail(
        `expected no NaN, got ${rowsOf(this.count("nan"))} with one; --nan omit leaves such out`,
      );
    if (names.mask !== undefined && this.count("neither 0 nor 1") > 0)
      throw this.#fail(
        `column ${quoted(names.mask)}: expected a mask of 0 and 1, got ${rowsOf(this.count("neither 0 nor 1"))} with another`,
      );
    if (names.place !== undefined && this.count("rows without a place") > 0)
      throw this.#fail(
        `column ${quoted(names.place)}: expected rows numbered from 0, got ${rowsOf(this.count("rows without a place"))} with NULL or less`,
      );
  }

  #fail(problem: string): InputError {
    return new InputError(`${this.path}: ${problem}`);
  }
}

function rowsOf(count: number): string {
  return count === 1 ? "1 row" : `${count.toLocaleString("en")} rows`;
}

/** Pairs without an error are not among the worst; Infinity less Infinity is NaN. */
function isError({ prediction, target }: Pair): boolean {
  return prediction - target !== 0;
}

/** The bits of the exponent of 1, less those of its 53 digits. */
const ONE = 1075;
const [POSITIVE, NEGATIVE, NOT_A_NUMBER] = [2047, 2048, 2049];

/** Whole numbers by exponents, as an exact sum that states hold. */
function sumOf(wholes: ReadonlyMap<number, bigint>): MetricsJSON["outputs"][number]["weights"] {
  const special = (key: number): number => Number(wholes.get(key) ?? 0n);
  let units = 0n;
  for (const [key, whole] of wholes) if (key < POSITIVE) units += whole << BigInt(key - 1);
  let exponent = units === 0n ? 0 : -1074;
  while (units !== 0n && (units & 0xffffn) === 0n) [units, exponent] = [units >> 16n, exponent + 16];
  while (units !== 0n && (units & 1n) === 0n) [units, exponent] = [units >> 1n, exponent + 1];
  return {
    integer: String(units),
    exponent,
    positiveInfinity: special(POSITIVE),
    negativeInfinity: special(NEGATIVE),
    nan: special(NOT_A_NUMBER),
  };
}

function floatOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** The type itself, of which values may be missing or stored by a dictionary. */
export function plainType(type: string): string {
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/.exec(type)?.[1];
  return inner === undefined ? type : plainType(inner);
}

const NUMERIC = /^(?:U?Int(?:8|16|32|64)|Float(?:32|64)|BFloat16|Bool)$/;

export function isNumeric(type: string): boolean {
  return NUMERIC.test(type);
}
