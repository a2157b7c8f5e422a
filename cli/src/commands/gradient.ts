import { stat } from "node:fs/promises";
import type { Asked } from "../evaluation/metrics.js";
import { UsageError } from "../input-error.js";
import { isAddress } from "../sources/http.js";
import type { WantedInputs } from "./inputs.js";

export interface GradientOptions {
  grad?: string;
  perOutput?: number;
  by?: string;
  shard?: object;
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
  ] as const) {
    if (others[name] !== undefined)
      throw new UsageError(`--grad: expected it without ${option}, since one mean divides all gradients`);
  }
  const written = await identityOf(grad);
  for (const { path } of Object.values(wanted)) {
    if (path === "-")
      throw new UsageError("--grad: expected files, which are read twice, got standard input");
    if (isAddress(path)) continue;
    const input = await identityOf(path);
    if (input?.isPipe)
      throw new UsageError(`--grad: expected files, which are read twice, got the pipe ${path}`);
    if (input && input.name === written?.name)
      throw new UsageError(`--grad: expected a file of its own, got ${grad}, which is read`);
  }
}

/** Which file a path is, by whatever name; null where there is none. */
async function identityOf(path: string): Promise<{ name: string; isPipe: boolean } | null> {
  try {
    const stats = await stat(path, { bigint: true });
    return { name: `${stats.dev}:${stats.ino}`, isPipe: stats.isFIFO() };
  } catch {
    return null;
  }
}
