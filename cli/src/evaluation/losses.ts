/** The losses that a command asks for: those of the library by name, and formulas. */
import { F, fuse, type Tensor, tensor } from "lossgrad";
import {
  type AnyMetric,
  CrossEntropy,
  type FusedLoss,
  MeanLoss,
  type MetricOptions,
  NegativeLogLikelihood,
} from "lossgrad/metrics";
import { formulaOf } from "../formula/index.js";
import { abridged, quoted, UsageError } from "../input-error.js";

/** The sum of a loss over pairs, with a gradient where the prediction requires one. */
type Sum = (prediction: Tensor, target: Tensor, options: SumOptions) => Tensor;

interface SumOptions {
  readonly reduction: "sum";
  readonly weight?: Tensor | null;
  readonly mask?: Tensor | null;
}

export interface Loss {
  /** What its result is called. */
  readonly key: string;
  readonly make: (options: MetricOptions) => AnyMetric;
  readonly sum: Sum;
  /** What a weighted mean divides by. */
  readonly weightedMean: "weights" | "elements";
  /** The function behind it, where it is none of the library's table. */
  readonly fused?: FusedLoss;
  /** Whether it takes a row of numbers for each target, which is a class. */
  readonly rows?: true;
  /** The text of a formula. */
  readonly formula?: string;
  /** The class of rows that count for nothing. */
  readonly ignoreIndex?: number;
}

interface LossRow extends Pick<Loss, "weightedMean" | "fused" | "rows" | "ignoreIndex"> {
  readonly parameter?: string;
  /** The options that stand behind its word, by their names. */
  readonly options?: readonly string[];
  readonly make: (options: MetricOptions, parameter: object) => AnyMetric;
  readonly sum: (prediction: Tensor, target: Tensor, options: SumOptions & object) => Tensor;
}

export const LOSSES = {
  l1: { make: (options) => new MeanLoss("l1Loss", options), sum: F.l1Loss, weightedMean: "weights" },
  mse: {
    make: (options) => new MeanLoss("mseLoss", options),
    sum: F.mseLoss,
    weightedMean: "weights",
  },
  "smooth-l1": {
    parameter: "beta",
    make: (options, beta) => new MeanLoss("smoothL1Loss", { ...options, ...beta }),
    sum: F.smoothL1Loss,
    weightedMean: "weights",
  },
  huber: {
    parameter: "delta",
    make: (options, delta) => new MeanLoss("huberLoss", { ...options, ...delta }),
    sum: F.huberLoss,
    weightedMean: "elements",
  },
  "soft-margin": fusedRow(F.softMarginLoss),
  bce: { ...fusedRow(F.binaryCrossEntropy), weightedMean: "elements" },
  "bce-with-logits": { ...fusedRow(F.binaryCrossEntropyWithLogits), weightedMean: "elements" },
  "kl-div": fusedRow(F.klDiv),
  "poisson-nll": fusedRow(F.poissonNllLoss),
  "hinge-embedding": fusedRow(F.hingeEmbeddingLoss, "margin"),
  quantile: fusedRow(F.quantileLoss, "quantile"),
  "log-cosh": fusedRow(F.logCoshLoss),
  charbonnier: fusedRow(F.charbonnierLoss, "epsilon"),
  "epsilon-insensitive": fusedRow(F.epsilonInsensitiveLoss, "epsilon"),
  "tukey-biweight": fusedRow(F.tukeyBiweightLoss, "c"),
  cauchy: fusedRow(F.cauchyLoss, "c"),
  "general-robust": fusedRow(F.generalRobustLoss, "alpha"),
  wing: fusedRow(F.wingLoss, "omega"),
  "sigmoid-focal": fusedRow(F.sigmoidFocalLoss, "gamma"),
  asymmetric: fusedRow(F.asymmetricLoss, "gammaNeg"),
  ce: {
    parameter: "labelSmoothing",
    options: ["ignoreIndex", "labelSmoothing", "weight"],
    make: ({ nan }, given) => new CrossEntropy({ nan, ...given }),
    ...rowsOf(F.crossEntropy),
  },
  nll: {
    options: ["ignoreIndex", "weight"],
    make: ({ nan }, given) => new NegativeLogLikelihood({ nan, ...given }),
    ...rowsOf(F.nllLoss),
  },
} as const satisfies Record<string, LossRow>;

/** `parameter` is the one that a value behind the loss's word gives. */
function fusedRow(fused: FusedLoss, parameter?: string): Omit<Loss, "key" | "make"> & LossRow {
  const make: LossRow["make"] = (options, given) => new MeanLoss(fused, { ...options, ...given });
  return { make, sum: fused as unknown as Sum, weightedMean: "weights", fused, parameter };
}

interface RowSumOptions extends SumOptions {
  /** A factor for each class. */
  readonly classWeight?: readonly number[];
}

/** A loss of rows that follow each other, each with a weight of its own. */
function rowsOf(loss: typeof F.nllLoss): Pick<LossRow, "weightedMean" | "rows" | "ignoreIndex" | "sum"> {
  const sum = (
    prediction: Tensor,
    target: Tensor,
    { weight, classWeight, ...options }: RowSumOptions,
  ): Tensor => {
    const rows = target.numel();
    const factors = classWeight && tensor([...classWeight], { dtype: prediction.dtype });
    const losses = loss(prediction.reshape(rows, prediction.numel() / rows), target, {
      ...options,
      ...(factors && { weight: factors }),
      reduction: "none",
    });
    return (weight ? losses.mul(weight) : losses).sum();
  };
  return { weightedMean: "weights", rows: true, ignoreIndex: -100, sum };
}

/** A name of a formula: neither a number nor a list. */
const NAME = /^[\p{L}_][\p{L}\d_-]{0,60}$/u;

/**
 * A loss by the word that asked for it: `l1`, `huber=0.5`, or `mine=abs(p - t)`. Results of `taken`
 * names are others'.
 *
 * @throws UsageError for a loss that there is not, and a formula that is none, with the place
 */
export function lossBy(word: string, isTaken: (name: string) => boolean): Loss {
  const [, name, , value] = /^([^=]*)(=([^]*))?$/.exec(word)! as unknown as [string, string, string, string?];
  const key = name.trim();
  const [first, ...options] = word.split(":");
  const own: LossRow | undefined = Object.hasOwn(LOSSES, first.trim())
    ? LOSSES[first.trim() as keyof typeof LOSSES]
    : undefined;
  if (options.length > 0 && own) return withOptions(word, own, options);
  if (Object.hasOwn(LOSSES, key)) return builtIn(word, LOSSES[key as keyof typeof LOSSES], key, value);
  if (value === undefined || !NAME.test(key)) {
    throw new UsageError(
      `--loss: expected some of ${Object.keys(LOSSES).join(", ")}, or a formula with a name, such as ` +
        `"mine=abs(p - t)", got ${quoted(word)}`,
    );
  }
  if (isTaken(key)) throw new UsageError(`--loss: expected a name that no metric has, got ${quoted(key)}`);
  const row = fusedRow(formulaBy(key, value));
  return { ...row, key, make: (options) => row.make(options, {}), formula: value };
}

function builtIn(word: string, row: LossRow, key: string, value: string | undefined): Loss {
  if (value === undefined) {
    const make = (options: MetricOptions): AnyMetric => row.make(options, {});
    return { ...row, key, make };
  }
  const { parameter } = row;
  if (parameter === undefined)
    throw new UsageError(`--loss: expected ${key} without a parameter, got ${quoted(word)}`);
  const given = { [parameter]: value.trim() === "" ? NaN : Number(value) };
  try {
    row.make({}, given);
  } catch (error) {
    throw new UsageError(`--loss ${word}: ${(error as Error).message}`);
  }
  const sum: Sum = (prediction, target, options) => row.sum(prediction, target, { ...options, ...given });
  const make = (options: MetricOptions): AnyMetric => row.make(options, given);
  return { ...row, key: word, make, sum };
}

/** A loss whose word has options by their names: `ce:ignoreIndex=0:weight=(1,2)`. */
function withOptions(word: string, row: LossRow, texts: readonly string[]): Loss {
  const known = row.options ?? [];
  const names = new Set<string>();
  const given = Object.fromEntries(
    texts.map((text): [string, number | number[]] => {
      const [name, value = ""] = text.split("=").map((part) => part.trim());
      if (names.has(name))
        throw new UsageError(`--loss: expected ${name} once, got it twice in ${quoted(word)}`);
      names.add(name);
      if (!known.includes(name)) {
        const way = known.length > 0 ? `some of ${known.join(", ")} behind a colon` : "no options";
        throw new UsageError(`--loss: expected ${way}, got ${quoted(text)} in ${quoted(word)}`);
      }
      const list = /^\((.*)\)$/.exec(value);
      return [name, list ? list[1].split(",").map(numberIn) : numberIn(value)];
    }),
  );
  try {
    row.make({}, given);
  } catch (error) {
    throw new UsageError(`--loss ${word}: ${(error as Error).message}`);
  }
  const { weight: classWeight, ...others } = given;
  const besides = { ...others, ...("weight" in given && { classWeight }) };
  const sum: Sum = (prediction, target, options) => row.sum(prediction, target, { ...options, ...besides });
  const make = (options: MetricOptions): AnyMetric => row.make(options, given);
  const ignoreIndex = "ignoreIndex" in given ? (given.ignoreIndex as number) : row.ignoreIndex;
  return { ...row, key: word, make, sum, ignoreIndex };
}

function numberIn(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}

function formulaBy(name: string, text: string): FusedLoss {
  try {
    const fused = fuse(formulaOf(text), { name }) as unknown as FusedLoss;
    // What it is made of shows when a metric asks.
    new MeanLoss(fused, {});
    return fused;
  } catch (error) {
    const problem = (error as Error).message.replace(`${name}: `, "");
    throw new UsageError(`--loss ${name}: ${problem} of "${abridged(text, 200)}"`);
  }
}

/** The words of lists such as "l1,mse": commas within parentheses divide no words. */
export function lossWords(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const words = [""];
    let depth = 0;
    for (const character of text) {
      if (character === "(") depth++;
      if (character === ")") depth--;
      if (character === "," && depth === 0) words.push("");
      else words[words.length - 1] += character;
    }
    return words;
  });
}
