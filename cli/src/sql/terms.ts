/** What metrics add up of each row, as columns of a query: by the names that their states have. */
import { formulaIn, FormulaError } from "../formula/index.js";
import type { Loss } from "../evaluation/losses.js";
import { UsageError } from "../input-error.js";
import { type Columns, type SqlNumber, sqlAlgebra } from "./number.js";

/** The numbers of a row. */
export interface Row {
  readonly prediction: SqlNumber;
  readonly target: SqlNumber;
  /** Null where each row counts once. */
  readonly weight: SqlNumber | null;
  /** prediction - target */
  readonly difference: SqlNumber;
}

/** Columns whose sums add up to a metric's sum. */
type Terms = (row: Row, parameter: number) => SqlNumber[];

function rounded(term: (row: Row, parameter: number) => SqlNumber): Terms {
  return (row, parameter) => {
    const value = term(row, parameter);
    return [row.weight ? value.mul(row.weight) : value];
  };
}

/** A product, exactly: as many columns as hold all its digits. */
function exact(...names: ("prediction" | "target")[]): Terms {
  return (row) => {
    const factors = names.map((name) => row[name]);
    const [first, ...others] = row.weight ? [...factors, row.weight] : factors;
    return others.reduce((parts, factor) => parts.flatMap((part) => product(part, factor)), [first]);
  };
}

/** Two numbers whose sum is the product (Dekker and Veltkamp), as the library's metrics make them. */
function product(a: SqlNumber, b: SqlNumber): SqlNumber[] {
  const value = a.mul(b);
  const [p, q] = [split(a), split(b)];
  const high = p.high.mul(q.high).sub(value);
  const error = high.add(p.high.mul(q.low)).add(p.low.mul(q.high)).add(p.low.mul(q.low));
  return [value, error.isfinite().choose(error, 0)];
}

function split(x: SqlNumber): { readonly high: SqlNumber; readonly low: SqlNumber } {
  const scaled = x.mul(2 ** 27 + 1);
  const high = scaled.sub(scaled.sub(x));
  return { high, low: x.sub(high) };
}

const LARGE = 2 ** 1000;

/** Parameters stand in parentheses, or as JSON behind the name of a loss. */
const TERMS: Readonly<Record<string, Terms>> = {
  predictions: exact("prediction"),
  targets: exact("target"),
  squaredPredictions: exact("prediction", "prediction"),
  squaredTargets: exact("target", "target"),
  products: exact("prediction", "target"),
  absoluteErrors: rounded(({ difference }) => difference.abs()),
  squaredErrors: rounded(({ difference }) => difference.square()),
  absolutePercentageErrors: rounded(({ difference, target }, epsilon) =>
    difference.abs().div(target.abs().maximum(epsilon)),
  ),
  symmetricPercentageErrors: rounded(({ prediction, target }, epsilon) => {
    const largest = prediction.abs().maximum(target.abs());
    const scale = largest.gt(LARGE).choose(2 ** -60, 1);
    const [p, t] = [prediction.mul(scale), target.mul(scale)];
    return p.sub(t).abs().div(p.abs().add(t.abs()).maximum(epsilon)).mul(2);
  }),
  l1Loss: rounded(({ difference }) => difference.abs()),
  mseLoss: rounded(({ difference }) => difference.square()),
  smoothL1Loss: rounded(({ difference }, beta) => {
    const z = difference.abs();
    return beta === 0 ? z : z.ge(beta).choose(z.sub(beta / 2), z.mul(0.5).mul(z).div(beta));
  }),
  huberLoss: rounded(({ difference }, delta) => {
    const z = difference.abs();
    return z.ge(delta).choose(z.sub(delta / 2).mul(delta), z.mul(0.5).mul(z));
  }),
};

/** "huberLoss" and 2 of the key `loss huberLoss {"delta":2}`. */
const KEY = /^(?:loss )?([^ (]+)(?:\(([^)]*)\)| \{(?:"\w+":([^}]*))?\})?$/;

/**
 * The columns of a sum by its key in the state of metrics.
 *
 * @throws UsageError for what ClickHouse does not compute with the bits of lossgrad
 */
export function termsOf(key: string, row: Row, losses: readonly Loss[], columns: Columns): SqlNumber[] {
  const [, name, ofMetric, ofLoss] = KEY.exec(key)! as unknown as [string, string, string?, string?];
  const formula = losses.find((loss) => loss.formula !== undefined && loss.key === name)?.formula;
  if (formula !== undefined && key.startsWith("loss ")) {
    const term = formulaTerm(name, formula, columns);
    return rounded(({ prediction, target }) => term(prediction, target))(row, NaN);
  }
  if (Object.hasOwn(TERMS, name)) return TERMS[name](row, Number(ofMetric ?? ofLoss));
  throw new UsageError(
    `${LOGARITHMIC[name] ?? name}: expected losses and metrics that ClickHouse computes with the bits of lossgrad; ` +
      "its exp and log may differ in the last bit",
  );
}

/** What is refused, as options call it. */
const LOGARITHMIC: Readonly<Partial<Record<string, string>>> = {
  softMarginLoss: "--loss soft-margin",
  squaredLogErrors: "--metric msle",
};

function formulaTerm(
  name: string,
  text: string,
  columns: Columns,
): (prediction: SqlNumber, target: SqlNumber) => SqlNumber {
  const formula = formulaIn(sqlAlgebra(columns), text);
  return (prediction, target) => {
    try {
      return formula(prediction, target);
    } catch (error) {
      if (error instanceof FormulaError) throw new UsageError(`--loss ${name}: ${error.message}`);
      throw error;
    }
  };
}
