/** Which losses can be accumulated: those of the tables by their names, and fused functions. */
import { type FusedDescription, UNNAMED } from "../formula/mark.js";
import { describeValue } from "../core/describe.js";
import type { Taken } from "../core/options.js";
import { type AccumulatorState, fromBytes, fromJSON } from "./accumulator-state.js";
import { type LossName, type LossRow, losses } from "./losses.js";
import { type ParameterOptions, readParameter } from "./parameter.js";
import { readIgnoreIndex, readShareOfLabels } from "./row-checks.js";
import { type RowwiseLossName, rowwiseLosses, type RowwiseRow } from "./rowwise.js";

/** A loss that can be accumulated, built in or fused. */
export interface AccumulatedLoss {
  readonly name: string;
  readonly parameterNames: readonly string[];
  /** The options of a chunk that are operands of this loss alone, such as `posWeight`. */
  readonly optionalNames: readonly string[];
  /** What a weighted mean divides by; null where the loss takes no weights. */
  readonly weightedMean: "weights" | "elements" | null;
  /** The values of all parameters: those that are given, and the defaults of the others. */
  readParameters(given: Taken<Record<string, unknown>>): Record<string, number>;
}

/** The losses that accumulators know by name. */
export type AccumulatedName = LossName | "crossEntropy" | "nllLoss";

/** Whether a name is that of a loss of rows of classes. */
export function isRowwise(name: unknown): name is RowwiseLossName {
  return typeof name === "string" && Object.hasOwn(rowwiseLosses, name);
}

/** A loss of rows of classes, an element of which is a row. */
function rowwise(name: RowwiseLossName): AccumulatedLoss {
  const row: RowwiseRow = rowwiseLosses[name];
  return {
    name,
    parameterNames: row.own.filter((word) => word !== "weight"),
    optionalNames: [],
    weightedMean: "weights",
    readParameters: ({ ignoreIndex = -100, labelSmoothing = 0 }) => ({
      ignoreIndex: readIgnoreIndex(name, ignoreIndex) + 0,
      ...(row.takesProbabilities && { labelSmoothing: readShareOfLabels(name, labelSmoothing) }),
    }),
  };
}

/** Who accumulates, in messages. */
export const ACCUMULATOR = "LossAccumulator";

/** A loss of the tables. */
export function accumulatedBy(name: unknown): AccumulatedLoss {
  return isRowwise(name) ? rowwise(name) : builtIn(ACCUMULATOR, name, names());
}

/** A loss of the table of elements; `known` are those that a caller has. */
export function builtIn(
  caller: string,
  name: unknown,
  known: readonly string[] = Object.keys(losses),
): AccumulatedLoss {
  if (typeof name !== "string" || !Object.hasOwn(losses, name)) {
    throw new TypeError(
      `${caller}: expected loss to be one of "${known.join('", "')}", got ${describeValue(name)}; other losses are ` +
        "handed over as functions",
    );
  }
  const loss = name as LossName;
  const row: LossRow = losses[loss];
  const parameterNames = row.parameter ? [row.parameter.name] : [];
  const { weightedMean } = row;
  const readParameters: AccumulatedLoss["readParameters"] = (given) => {
    // -0 is 0.
    const value = readParameter(loss, row, given as ParameterOptions) + 0;
    return Object.fromEntries(parameterNames.map((parameter) => [parameter, value]));
  };
  return { name: loss, parameterNames, optionalNames: [], weightedMean, readParameters };
}

/** What accumulates of the fused function `fn`: its name stands for it in states. */
export function fusedLoss(caller: string, fn: unknown, fused: FusedDescription | undefined): AccumulatedLoss {
  if (!fused) {
    throw new TypeError(
      `${caller}: expected loss to be a name or a function that fuse made, got ${describeValue(fn)}`,
    );
  }
  if (fused.name === UNNAMED) {
    throw new TypeError(
      `${caller}: expected a fused function with a name, which stands in its state, got one without; ` +
        'write fuse(function, { name: "…" })',
    );
  }
  return {
    name: fused.name,
    parameterNames: fused.parameterNames,
    optionalNames: fused.optionalNames,
    weightedMean: fused.traits.weightedMean,
    readParameters: (given) => ({ ...fused.readParameters(given) }),
  };
}

/** The losses that are known by their names. */
const names = (): string[] => [...Object.keys(losses), ...Object.keys(rowwiseLosses)];

/** The state that bytes or JSON hold: of the loss `fused`, or of one of the table. */
export function readState(
  caller: string,
  form: "bytes" | "JSON",
  given: unknown,
  fused: AccumulatedLoss | undefined,
): AccumulatorState {
  const state = form === "bytes" ? fromBytes(caller, given) : fromJSON(caller, given);
  const known = fused ? [fused.name] : names();
  if (!known.includes(state.loss)) {
    const way = fused ? "" : "; a fused loss is handed over as the second argument";
    throw new RangeError(
      `${caller}: expected a state of ${known.join(", ")}, got one of ${describeValue(state.loss).slice(0, 80)}${way}`,
    );
  }
  const loss = fused ?? accumulatedBy(state.loss);
  const [expected, got] = [loss.parameterNames, Object.keys(state.parameters)].map((names) =>
    [...names].sort().join(", "),
  );
  if (got === expected) return state;
  throw new RangeError(
    `${caller}: expected a state of ${loss.name} with ${expected || "no parameter"}, got { ${got.slice(0, 80)} }`,
  );
}
