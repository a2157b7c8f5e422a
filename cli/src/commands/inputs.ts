/** The files that `evaluate` reads. */
import { stat } from "node:fs/promises";
import type { Inputs } from "../evaluation/evaluate.js";
import { UsageError } from "../input-error.js";
import { openArray, type ReadOptions } from "../readers/open.js";
import type { ArrayReader } from "../readers/reader.js";
import { isAddress } from "../sources/http.js";
import { checkUsed, type GivenReadOptions, readOptionsOf } from "./read-options.js";

export interface GivenFiles extends GivenReadOptions {
  nan?: "propagate" | "omit" | "error";
  weight?: string;
  weightColumn?: string;
  mask?: string;
  maskColumn?: string;
  /** A column of the table of predictions. */
  by?: string;
}

/** A file, and how to read it. */
interface Wanted {
  readonly path: string;
  readonly way: ReadOptions;
}

/** The arrays of the evaluation, by their roles, before any file is opened. */
export type WantedInputs = { readonly [Role in keyof Inputs]: Wanted };

/** @throws UsageError for files and options that do not go together */
export function inputsOf(predictions: string, targets: string | undefined, given: GivenFiles): WantedInputs {
  const [ofPredictions, ofTargets] = readOptionsOf(given, given.nan === "omit");
  const named = (name: string | undefined): ReadOptions => ({
    ...ofPredictions,
    column: name,
    tensor: name,
    array: name,
  });
  // A column without a file is one of the predictions' file.
  const weight = given.weight ?? (given.weightColumn === undefined ? undefined : predictions);
  const mask = given.mask ?? (given.maskColumn === undefined ? undefined : predictions);
  const ofMask = { ...named(given.maskColumn), raw: undefined, keepMissing: false };
  const wanted = {
    prediction: { path: predictions, way: ofPredictions },
    target: { path: targetsOf(predictions, targets, given), way: ofTargets },
    ...(weight === undefined ? {} : { weight: { path: weight, way: named(given.weightColumn) } }),
    ...(mask === undefined ? {} : { mask: { path: mask, way: ofMask } }),
    ...(given.by === undefined ? {} : { by: { path: predictions, way: labels(ofPredictions, given.by) } }),
  };
  if (Object.values(wanted).filter(({ path }) => path === "-").length > 1)
    throw new UsageError("expected - once, for one of the files");
  return wanted;
}

/** A column of texts, or of numbers. */
function labels(way: ReadOptions, column: string): ReadOptions {
  return { ...way, column, tensor: column, array: column, labels: true };
}

function targetsOf(predictions: string, targets: string | undefined, given: GivenFiles): string {
  if (targets !== undefined) return targets;
  if (given.prediction !== undefined && given.target !== undefined) return predictions;
  throw new UsageError(
    "expected a file of targets, or --prediction and --target, which name two columns or tensors of one file",
  );
}

/**
 * @throws UsageError for standard input and pipes, which can be read but once; `option` needs files
 *   "which are read twice"
 */
export async function checkRereadable(wanted: WantedInputs, option: string, why: string): Promise<void> {
  for (const { path } of Object.values<Wanted>(wanted)) {
    if (path === "-") throw new UsageError(`${option}: expected files, ${why}, got standard input`);
    if (await isPipe(path)) throw new UsageError(`${option}: expected files, ${why}, got the pipe ${path}`);
  }
}

async function isPipe(path: string): Promise<boolean> {
  if (isAddress(path)) return false;
  return (await stat(path).catch(() => null))?.isFIFO() ?? false;
}

/** Opens the arrays, does `work` with them, and closes them. */
export async function withInputs<T>(
  wanted: WantedInputs,
  given: GivenFiles,
  work: (inputs: Inputs) => Promise<T>,
): Promise<T> {
  const open: [string, ArrayReader][] = [];
  try {
    for (const [role, { path, way }] of Object.entries<Wanted>(wanted))
      open.push([role, await openArray(path, way)]);
    checkUsed(given, Object.fromEntries(open.map(([role, { format }]) => [role, [format]])));
    return await work(Object.fromEntries(open) as unknown as Inputs);
  } finally {
    for (const [, reader] of open) await reader.close();
  }
}
