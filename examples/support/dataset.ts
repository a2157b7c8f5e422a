import { createReadStream } from "node:fs";
import { tensor, type Tensor } from "lossgrad";
import { infiniteFrom, type FloatDtype } from "./float-dtypes.js";
import { InputError } from "../../cli/src/input-error.js";
import { commonShape, notesOf, toTensor, withoutMissing } from "./pairing.js";
import { readColumn } from "../../cli/src/readers/csv/column.js";
import { readFile, type Loaded, type ReadOptions } from "./readers/file.js";
import { vegaPath } from "./vega.js";

/** Predictions and what really came, in one shape. */
export interface Pairs {
  title: string;
  predictions: Tensor;
  targets: Tensor;
  /** What was decided for the user, or left out: one sentence each. */
  notes: string[];
}

/**
 * Tomorrow's highest temperature in Seattle forecast by today's: four years of days
 * from vega-datasets.
 */
export async function seattlePairs(dtype: FloatDtype = "float32"): Promise<Pairs> {
  const path = vegaPath("seattle-weather.csv");
  const { values } = await readColumn(createReadStream(path, "utf8"), path, { column: "temp_max" });
  return {
    title:
      "Tomorrow's highest temperature in Seattle (°C) forecast by today's, 2012 to 2015, from vega-datasets",
    predictions: tensor(values.subarray(0, -1), { dtype }),
    targets: tensor(values.subarray(1), { dtype }),
    notes: [],
  };
}

export interface PairOptions {
  dtype?: FloatDtype;
  /** How to read the predictions and the targets. */
  predictions?: ReadOptions;
  targets?: ReadOptions;
  /** Names of options that were given and that only one kind of file has, for an error. */
  asked?: Partial<Record<Loaded["kind"], readonly string[]>>;
}

/** Predictions from one file and targets from another. */
export async function filePairs(
  predictionsPath: string,
  targetsPath: string,
  { dtype, predictions, targets, asked = {} }: PairOptions = {},
): Promise<Pairs> {
  const csvDtype = dtype ?? "float32";
  const csv = { single: csvDtype === "float32", infiniteFrom: infiniteFrom[csvDtype] };
  const first = await readFile(predictionsPath, { ...predictions, csv: { ...predictions?.csv, ...csv } });
  const second = await readFile(targetsPath, { ...targets, csv: { ...targets?.csv, ...csv } });
  const sides = [first, second];
  checkSides(sides, asked);
  const notes = sides.flatMap((side) => notesOf(side, dtype));
  const common = commonShape(first, second, notes);
  const kept = withoutMissing(sides, notes);
  const shape = kept[0].length === first.data.length ? common : [kept[0].length];
  return {
    title: `${predictionsPath} against ${targetsPath}`,
    predictions: toTensor(kept[0], first.dtype, shape, dtype),
    targets: toTensor(kept[1], second.dtype, shape, dtype),
    notes,
  };
}

/** An option that no file has use for is a misunderstanding; and numbers there must be. */
function checkSides(sides: readonly Loaded[], asked: NonNullable<PairOptions["asked"]>): void {
  for (const { path, data, shape } of sides) {
    if (data.length === 0) throw new InputError(`${path}: shape [${shape.join(", ")}] holds no values`);
  }
  const kinds = sides.map(({ kind }) => kind);
  for (const kind of ["CSV", ".npz"] as const) {
    const names = asked[kind] ?? [];
    if (names.length > 0 && !kinds.includes(kind)) {
      throw new InputError(`${names.join(", ")}: expected a ${kind} file, got ${kinds.join(" and ")}`);
    }
  }
}
