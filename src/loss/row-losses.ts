/**
 * The losses of rows beside those of classes (rowwise.ts): of pairs and triplets of vectors, which
 * are operations of tensors, and of margins between numbers. The README and tests iterate over the
 * table. Rows are constants of their own, since a bundle has those that it uses.
 */
import type { RowLoss } from "./rowwise.js";

/** What the README says of a loss. */
type Described = Omit<RowLoss, "kernel">;

const cosineEmbeddingLoss = {
  name: "cosineEmbeddingLoss",
  module: "CosineEmbeddingLoss",
  formula:
    "1 - c where target = 1, max(c - margin, 0) where target = -1, with c = x1 · x2 / (\\|x1\\| \\|x2\\|); slope " +
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

export const rowLosses = { cosineEmbeddingLoss, tripletMarginLoss, tripletMarginWithDistanceLoss };

/** The losses of this table, by the names of their functions. */
export type RowLossName = keyof typeof rowLosses;
