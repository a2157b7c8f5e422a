/** An evaluation as a job carries it to a thread or a machine, and one shard of it computed. */
import {
  checkRereadable,
  type GivenFiles,
  inputsOf,
  type WantedInputs,
  withInputs,
} from "../commands/inputs.js";
import type { FloatDtype } from "../evaluation/cast.js";
import { evaluate, type Inputs } from "../evaluation/evaluate.js";
import { type Asked, askedFor } from "../evaluation/metrics.js";
import type { Shard } from "../evaluation/shard.js";
import { stateText } from "../evaluation/state.js";
import type { Request } from "../evaluation/tally.js";
import { numelOf } from "../readers/reader.js";

/** What is to be evaluated: paths or addresses and options, as a command has them, never data. */
export interface Task {
  readonly predictions: string;
  readonly targets?: string;
  readonly options: TaskOptions;
}

export interface TaskOptions extends GivenFiles {
  metric?: string[];
  loss?: string[];
  perOutput?: number;
  dtype?: FloatDtype;
  worst: number;
  /** Whether what a report draws is gathered too. */
  drawn: boolean;
}

/** A task that was read: what it asks for, and of which files. */
export interface Reading {
  readonly asked: Asked;
  readonly wanted: WantedInputs;
  readonly requestOf: (inputs: Inputs) => Request;
}

/** @throws UsageError for metrics that there are not, and for files that do not go together */
export function readTask({ predictions, targets, options }: Task): Reading {
  const isWeighted = (options.weight ?? options.weightColumn) !== undefined;
  const asked = askedFor(options.loss ?? [], options.metric ?? [], isWeighted);
  const { nan, perOutput, worst, drawn } = options;
  const wanted = inputsOf(predictions, targets, options);
  const requestOf = (inputs: Inputs): Request => {
    // Of a row of numbers and a class there is no difference.
    const told = asked.rows ? 0 : worst;
    return { asked, nan, perOutput, worst: told, by: inputs.by?.name ?? null, drawn };
  };
  return { asked, wanted, requestOf };
}

/** How many pairs or rows there are; null where only the end of a file tells. */
export function pairsOf({ prediction, target }: Inputs, { rows }: Asked): number | null {
  const shape = rows ? (prediction.shape?.slice(0, 1) ?? target.shape) : (prediction.shape ?? target.shape);
  return shape && numelOf(shape);
}

/** While a shard is computed. */
export interface Attention {
  /** Told how many pairs were taken so far, and how many the whole has, if that is known. */
  readonly progress?: (elements: number, total: number | null) => void;
  /** Ends it after what was read so far: its state is marked partial. */
  readonly signal?: AbortSignal;
}

/** The state of one shard, as text. @throws InputError for data that are wrong */
export async function evaluateShard(task: Task, shard: Shard, attention: Attention): Promise<string> {
  const { wanted, requestOf } = readTask(task);
  await checkRereadable(wanted, "--shards", "which each shard reads");
  return withInputs(wanted, task.options, async (inputs) => {
    const request = requestOf(inputs);
    const total = pairsOf(inputs, request.asked);
    const evaluated = await evaluate(inputs, request, {
      dtype: task.options.dtype,
      shard,
      progress: (elements) => attention.progress?.(elements, total),
      signal: attention.signal,
    });
    return stateText(evaluated);
  });
}
