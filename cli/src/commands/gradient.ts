import type { Asked } from "../evaluation/metrics.js";
import { UsageError } from "../input-error.js";
import { checkRereadable, type WantedInputs } from "./inputs.js";

/** @throws UsageError for a gradient that is not of one loss, and of data that cannot be read twice */
export async function checkGradient({ losses }: Asked, wanted: WantedInputs): Promise<void> {
  if (losses.length !== 1)
    throw new UsageError(`--grad: expected one --loss, whose gradient it is, got ${losses.length}`);
  await checkRereadable(wanted, "--grad", "which are read twice");
}
