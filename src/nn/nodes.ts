/** torch's names of the losses' derivatives, which a loss's `gradFn` and messages show. */
import type { LossName, LossRow, losses, Reduction } from "../loss/losses.js";

type Nodes = Readonly<Record<Reduction, string>>;

/** One name for all reductions. */
const named = (name: string): Nodes => ({ none: name, mean: name, sum: name });

/** By the name of the module, since SmoothL1 with beta 0 is L1. */
export const NODES: Readonly<Record<string, Nodes>> = {
  L1Loss: { none: "AbsBackward0", mean: "MeanBackward0", sum: "SumBackward0" },
  MSELoss: /* @__PURE__ */ named("MseLossBackward0"),
  SmoothL1Loss: /* @__PURE__ */ named("SmoothL1LossBackward0"),
  HuberLoss: /* @__PURE__ */ named("HuberLossBackward0"),
} satisfies Record<(typeof losses)[LossName]["module"], Nodes>;

/** Of a weighted loss that is reduced: its last operation's. */
export function nodeOfWeighted({ weightedMean }: LossRow, reduction: Reduction): string {
  if (reduction === "sum") return "SumBackward0";
  return weightedMean === "elements" ? "MeanBackward0" : "DivBackward0";
}
