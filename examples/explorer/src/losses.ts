/** The losses that the page teaches, all evaluated by lossgrad; each has one colour everywhere. */
import { F, type Tensor } from "lossgrad";

export const LOSS_IDS = ["l1", "mse", "huber", "smoothL1", "bad"] as const;
export type LossId = (typeof LOSS_IDS)[number];

/** Where Huber and SmoothL1 bend. */
export interface Bends {
  readonly delta: number;
  readonly beta: number;
}

/** Of a column of predictions the loss of each by itself. */
export type Each = (predictions: Tensor, targets: Tensor, bends: Bends) => Tensor;

export interface LossRow {
  readonly name: string;
  /** A custom property of style.css. */
  readonly color: string;
  readonly dash: readonly number[];
  readonly formula: string;
  /** The mean over a vector of predictions. */
  mean(prediction: Tensor, target: Tensor, bends: Bends): Tensor;
  readonly each: Each;
}

const none = { reduction: "none" } as const;

export const LOSSES: Readonly<Record<LossId, LossRow>> = {
  l1: {
    name: "L1",
    color: "--l1",
    dash: [],
    formula: "|d|",
    mean: (x, t) => F.l1Loss(x, t),
    each: (x, t) => F.l1Loss(x, t, none),
  },
  mse: {
    name: "MSE",
    color: "--mse",
    dash: [],
    formula: "d²",
    mean: (x, t) => F.mseLoss(x, t),
    each: (x, t) => F.mseLoss(x, t, none),
  },
  huber: {
    name: "Huber",
    color: "--huber",
    dash: [],
    formula: "d²/2 below δ, else δ(|d| − δ/2)",
    mean: (x, t, { delta }) => F.huberLoss(x, t, { delta }),
    each: (x, t, { delta }) => F.huberLoss(x, t, { ...none, delta }),
  },
  smoothL1: {
    name: "SmoothL1",
    color: "--smooth",
    dash: [7, 4],
    formula: "d²/(2β) below β, else |d| − β/2",
    mean: (x, t, { beta }) => F.smoothL1Loss(x, t, { beta }),
    each: (x, t, { beta }) => F.smoothL1Loss(x, t, { ...none, beta }),
  },
  bad: {
    name: "bad loss",
    color: "--bad",
    dash: [2, 4],
    formula: "d, the signed difference",
    mean: (x, t) => x.sub(t).mean(),
    each: (x, t) => x.sub(t).mean({ dim: 1, keepdim: true }),
  },
};
