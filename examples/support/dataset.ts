import { readFileSync } from "node:fs";
import { tensor, type Tensor } from "lossgrad";
import { readColumn } from "./csv.js";
import { InputError } from "./input-error.js";
import { readNpy } from "./npy.js";
import { vegaPath } from "./vega.js";

export const floatDtypes = ["float16", "bfloat16", "float32", "float64"] as const;
export type FloatDtype = (typeof floatDtypes)[number];

/** Predictions and what really came, in one shape. */
export interface Pairs {
  title: string;
  predictions: Tensor;
  targets: Tensor;
}

/** Tomorrow's highest temperature in Seattle forecast by today's: four years of days from vega-datasets. */
export function seattlePairs(dtype: FloatDtype = "float32"): Pairs {
  const path = vegaPath("seattle-weather.csv");
  const highest = readColumn(readFileSync(path, "utf8"), path, "temp_max");
  return {
    title:
      "Tomorrow's highest temperature in Seattle (°C) forecast by today's, 2012 to 2015, from vega-datasets",
    predictions: tensor(highest.subarray(0, -1), { dtype }),
    targets: tensor(highest.subarray(1), { dtype }),
  };
}

export interface FileOptions {
  dtype?: FloatDtype;
  /** The columns of predictions and targets, where a CSV file has several; one name serves both. */
  columns?: string[];
}

/** Predictions from one file and targets from another, each CSV or .npy. */
export function filePairs(predictionsPath: string, targetsPath: string, options: FileOptions = {}): Pairs {
  const { dtype, columns = [] } = options;
  const paths = [predictionsPath, targetsPath];
  if (columns.length > 0 && paths.every(isNpy)) {
    throw new InputError("--column names a column of a CSV file, but both files are .npy");
  }
  const predictions = readTensor(predictionsPath, dtype, columns[0]);
  const targets = readTensor(targetsPath, dtype, columns.at(-1));
  if (predictions.shape.join() !== targets.shape.join()) {
    throw new InputError(
      `predictions and targets differ in length: ${predictionsPath} has shape [${predictions.shape.join(", ")}], ` +
        `${targetsPath} [${targets.shape.join(", ")}]`,
    );
  }
  return { title: `${predictionsPath} against ${targetsPath}`, predictions, targets };
}

function isNpy(path: string): boolean {
  return path.endsWith(".npy");
}

function readTensor(path: string, dtype?: FloatDtype, column?: string): Tensor {
  const bytes = readBytes(path);
  if (!isNpy(path)) {
    return tensor(readColumn(bytes.toString("utf8"), path, column), { dtype: dtype ?? "float32" });
  }
  const { data, dtype: stored, shape } = readNpy(bytes, path);
  if (data.length === 0) throw new InputError(`${path}: shape [${shape.join(", ")}] holds no values`);
  return tensor(data, { dtype: stored })
    .reshape(shape)
    .to(dtype ?? floatFor(stored));
}

/** The float dtype that holds every value of a stored one (int64: up to 2^53). */
function floatFor(stored: string): FloatDtype {
  const kept = floatDtypes.find((dtype) => dtype === stored);
  if (kept) return kept;
  return stored === "int32" || stored === "int64" ? "float64" : "float32";
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const causes: Record<string, string> = {
      ENOENT: "no such file",
      EISDIR: "is a folder, not a file",
      EACCES: "may not be read",
    };
    throw new InputError(`${path}: ${causes[code ?? ""] ?? message}`);
  }
}
