/**
 * Losses with weights, of images as in BasicSR and of boxes as in MMDetection: `npm run example --
 * ported/weighted-losses`.
 *
 * Follows basicsr/losses/loss_util.py and basic_loss.py of https://github.com/XPixelGroup/BasicSR
 * (8d56e3a), and mmdet/models/losses/utils.py and smooth_l1_loss.py of
 * https://github.com/open-mmlab/mmdetection. Both make a loss of elements and let a decorator,
 * weighted_loss, add weights and the reduction: a function of functions here.
 */
import { F, manualSeed, rand, randn, type Reduction, tensor, type Tensor, where, zeros } from "lossgrad";
import { isMain } from "../support/main.js";
import type { Log } from "../support/print.js";
import type { Numbers } from "./support.js";

type Elementwise = (pred: Tensor, target: Tensor) => Tensor;

function reduceLoss(loss: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none") return loss;
  return reduction === "mean" ? loss.mean() : loss.sum();
}

interface ImageOptions {
  lossWeight?: number;
  reduction?: Reduction;
}

/** BasicSR's decorator; the mean is one over the weights' region. */
function imageLoss(lossFunc: Elementwise, { lossWeight = 1, reduction = "mean" }: ImageOptions) {
  function reduce(loss: Tensor, weight: Tensor | null): Tensor {
    if (weight === null) return reduceLoss(loss, reduction);
    if (weight.dim() !== loss.dim()) throw new RangeError("weight: expected the loss's dimensions");
    const weighted = loss.mul(weight);
    if (reduction !== "mean") return reduceLoss(weighted, reduction);
    const region = weight.size(1) > 1 ? weight.sum() : weight.sum().mul(loss.size(1));
    return weighted.sum().div(region);
  }
  return (pred: Tensor, target: Tensor, weight: Tensor | null = null): Tensor =>
    reduce(lossFunc(pred, target), weight).mul(lossWeight);
}

const L1Loss = (options: ImageOptions) =>
  imageLoss((pred, target) => F.l1Loss(pred, target, { reduction: "none" }), options);

const MSELoss = (options: ImageOptions) =>
  imageLoss((pred, target) => F.mseLoss(pred, target, { reduction: "none" }), options);

/** √((pred − target)² + ε), a smooth L1. */
const CharbonnierLoss = ({ eps = 1e-12, ...options }: ImageOptions & { eps?: number }) =>
  imageLoss((pred, target) => pred.sub(target).pow(2).add(eps).sqrt(), options);

interface BoxOptions {
  weight?: Tensor | null;
  avgFactor?: number | null;
  reductionOverride?: Reduction | null;
}

/** The smallest step of float32 above 1: torch.finfo(torch.float32).eps. */
const FLOAT32_EPS = 2 ** -23;

/** MMDetection's decorator; the mean is one over `avgFactor`, the number of boxes that count. */
function boxLoss(lossFunc: Elementwise, reductionOfLoss: Reduction = "mean") {
  return (
    pred: Tensor,
    target: Tensor,
    { weight = null, avgFactor = null, reductionOverride = null }: BoxOptions = {},
  ): Tensor => {
    const reduction = reductionOverride ?? reductionOfLoss;
    let loss = lossFunc(pred, target);
    if (weight !== null) loss = loss.mul(weight);
    if (avgFactor === null) return reduceLoss(loss, reduction);
    if (reduction === "mean") return loss.sum().div(avgFactor + FLOAT32_EPS);
    if (reduction === "none") return loss;
    throw new Error('avg_factor can not be used with reduction="sum"');
  };
}

/** Where there is nothing to compare: a 0 through which backward() still goes to the model. */
const noTargets = (pred: Tensor) => pred.sum().mul(0);

const smoothL1BoxLoss = (beta: number) =>
  boxLoss((pred, target) => {
    if (target.numel() === 0) return noTargets(pred);
    const diff = pred.sub(target).abs();
    return where(diff.lt(beta), diff.mul(0.5).mul(diff).div(beta), diff.sub(0.5 * beta));
  });

const l1BoxLoss = () =>
  boxLoss((pred, target) => (target.numel() === 0 ? noTargets(pred) : pred.sub(target).abs()));

export function run(log: Log): Numbers {
  const numbers: Numbers = {};

  function note(name: string, loss: Tensor, leaf: Tensor): void {
    const shape = loss.dim() === 0 ? Number(loss.item()).toFixed(4) : `[${loss.shape.join(", ")}]`;
    log(`${name}: ${shape}`);
    loss.sum().backward();
    numbers[name] = loss.detach();
    numbers[`${name}.gradient`] = leaf.grad!;
    leaf.grad = null;
  }

  manualSeed(2);
  images(note);
  boxes(note);
  return numbers;
}

type Note = (name: string, loss: Tensor, leaf: Tensor) => void;

function images(note: Note): void {
  const pred = randn(2, 3, 4, 4).requiresGrad_();
  const truth = randn(2, 3, 4, 4);
  const weights = { "no weight": null, pixels: rand(2, 1, 4, 4), elements: rand(2, 3, 4, 4) };
  for (const [name, makeLoss] of Object.entries({ L1Loss, MSELoss, CharbonnierLoss })) {
    for (const [kind, weight] of Object.entries(weights)) {
      for (const reduction of ["none", "mean", "sum"] as const) {
        const criterion = makeLoss({ lossWeight: 0.5, reduction });
        note(`BasicSR ${name}, ${kind}, ${reduction}`, criterion(pred, truth, weight), pred);
      }
    }
  }
}

function boxes(note: Note): void {
  const pred = randn(6, 4).requiresGrad_();
  const targets = randn(6, 4);
  const weight = tensor([1, 0, 1, 1, 0, 1]).unsqueeze(1).expand(6, 4);
  for (const [name, criterion] of [
    ["SmoothL1Loss", smoothL1BoxLoss(0.5)],
    ["L1Loss", l1BoxLoss()],
  ] as const) {
    note(`mmdet ${name}, mean`, criterion(pred, targets), pred);
    note(`mmdet ${name}, weight`, criterion(pred, targets, { weight }), pred);
    note(`mmdet ${name}, avgFactor`, criterion(pred, targets, { weight, avgFactor: 4 }), pred);
    note(`mmdet ${name}, override`, criterion(pred, targets, { weight, reductionOverride: "sum" }), pred);
    const none = zeros(0, 4).requiresGrad_();
    note(`mmdet ${name}, no targets`, criterion(none, zeros(0, 4)), none);
  }
}

if (isMain(import.meta.url)) run(console.log);
