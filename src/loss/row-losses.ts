/**
 * The losses of rows beside those of classes (rowwise.ts): of pairs and triplets of vectors, which
 * are operations of tensors, and of margins between numbers. The README and tests iterate over the
 * table. Rows are constants of their own, since a bundle has those that it uses.
 */
import type { RowLoss } from "./rowwise.js";

/** What the README says of a loss. */
type Described = Omit<RowLoss, "kernel" | "own" | "takesLabels">;

const cosineEmbeddingLoss = {
  name: "cosineEmbeddingLoss",
  module: "CosineEmbeddingLoss",
  formula:
    "1 - c where target = 1, max(c - margin, 0) where target = -1, with c = x1 · x2 / (|x1| |x2|); slope " +
    "that of -c where target = 1, of c where target = -1 and c > margin",
  options: "`margin` = 0",
} as const satisfies Described;

const tripletMarginLoss = {
  name: "tripletMarginLoss",
  module: "TripletMarginLoss",
  formula:
    "max(d(a, p) - d(a, n) + margin, 0), d(x, y) = ‖x - y + eps‖ of order p; slope those of the distances where the loss is " +
    "positive, else 0",
  options: "`margin` = 1, `p` = 2, `eps` = 0.000001, `swap` = false",
} as const satisfies Described;

const tripletMarginWithDistanceLoss = {
  name: "tripletMarginWithDistanceLoss",
  module: "TripletMarginWithDistanceLoss",
  formula:
    "max(d(a, p) - d(a, n) + margin, 0); slope those of the distances where the loss is positive, else 0",
  options: "`distanceFunction`, `margin` = 1, `swap` = false",
} as const satisfies Described;

export const multiMarginLoss = {
  name: "multiMarginLoss",
  module: "MultiMarginLoss",
  kernel: "multimargin",
  formula:
    "Σ w[t] max(margin - x[t] + x[i], 0)ᵖ / C over i ≠ t; slope w[t] / C where a hinge is above 0, for p = 2 times twice " +
    "the hinge; at t the negative sum",
  options: "`p` = 1, `margin` = 1, `weight`",
  own: ["weight", "p", "margin"],
} as const satisfies RowLoss;

export const multilabelMarginLoss = {
  name: "multilabelMarginLoss",
  module: "MultiLabelMarginLoss",
  kernel: "multilabelmargin",
  formula:
    "Σ max(1 - x[t] + x[i], 0) / C over labels t and i that are none; slope 1 / C for each hinge above 0, at labels " +
    "-1 / C",
  options: "",
  own: [],
  takesLabels: true,
} as const satisfies RowLoss;

const multilabelSoftMarginLoss = {
  name: "multilabelSoftMarginLoss",
  module: "MultiLabelSoftMarginLoss",
  formula:
    "-Σ w (y log(sigmoid(x)) + (1 - y) log(sigmoid(-x))) / C, y = target; slope w (sigmoid(x) - y) / C",
  options: "`weight`",
} as const satisfies Described;

export const rowLosses = {
  cosineEmbeddingLoss,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
  multiMarginLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
};

/** The losses of this table, by the names of their functions. */
export type RowLossName = keyof typeof rowLosses;
