import type { Asked } from "../evaluation/metrics.js";
import { UsageError } from "../input-error.js";
import { checkRereadable, type WantedInputs } from "./inputs.js";

export interface GradientOptions {
  grad?: string;
  perOutput?: number;
  by?: string;
  shard?: object;
  shards?: number;
  redis?: string;
}

/** @throws UsageError for a gradient that is not of one loss, of one mean, and of data read twice */
export async function checkGradient(
  { grad, ...others }: GradientOptions,
  { losses }: Asked,
  wanted: WantedInputs,
): Promise<void> {
  if (grad === undefined) return;
  if (losses.length !== 1)
    throw new UsageError(`--grad: expected one --loss, whose gradient it is, got ${losses.length}`);
  for (const [name, option] of [
    ["perOutput", "--per-output"],
    ["shard", "--shard"],
    ["shards", "--shards"],
    ["redis", "--redis"],
  ] as const) {
    if (others[name] !== undefined)
      throw new UsageError(`--grad: expected it without ${option}, since one mean divides all gradients`);
  }
  await checkRereadable(wanted, "--grad", "which are read twice");
}
