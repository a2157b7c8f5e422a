/** The public functions that take options, each with a call of it. */
import * as lossgrad from "lossgrad";
import { autograd, F, manualSeed, nn, optim, safetensors, Tensor, tensor } from "lossgrad";
import type { SoftmaxOptions, ValuesAndIndices } from "lossgrad";
import { type AnyLoss, callOf } from "./losses.js";

export interface Entry {
  /** Prepares a call with operands of shape [2, 3], which gets its options later. */
  readonly call: (x: Tensor, y: Tensor) => (options: object) => unknown;
  readonly options: object;
}

export const leaf = (): Tensor => tensor([[0, 1, 2], [3, 4, 5]], { requiresGrad: true }); // prettier-ignore
const loss = (name: AnyLoss, rest: object): Entry => ({
  call: (x, y) => (options) => callOf(name)(x, y, options),
  options: { reduction: "sum", dim: [0], keepdim: true, mask: tensor([true, false, true]), ...rest },
});
type Reduction =
  | "amax"
  | "amin"
  | "argmax"
  | "argmin"
  | "logsumexp"
  | "max"
  | "min"
  | "nanmean"
  | "nansum"
  | "norm"
  | "std"
  | "var";
const module = (make: (options: object) => nn.Loss, rest: object): Entry => ({
  call: (x, y) => (options) => make(options)(x, y),
  options: { reduction: "sum", dim: [0], keepdim: true, ...rest },
});
/** A method that reduces, whose result may be a list of tensors. */
const reduction = (name: Reduction, rest: object = {}): Entry => ({
  call: (x) => (options) => {
    const result = (x[name] as (options: object) => Tensor | ValuesAndIndices).call(x, options);
    return result instanceof Tensor ? result : [result.values, result.indices];
  },
  options: { dim: 1, keepdim: true, ...rest },
});
/** A loss of two rows of three classes. */
const classLoss = (call: (x: Tensor, y: Tensor, options: object) => Tensor, rest: object): Entry => ({
  call: (x) => (options) => call(x, tensor([2n, 0n]), options),
  options: { ...legacy, reduction: "sum", weight: tensor([1, 2, 3]), ignoreIndex: 0, ...rest },
});
/** A loss of two rows of three numbers, which become logits of two classes. */
const linearLoss = (
  call: (x: Tensor, weight: Tensor, y: Tensor, options: object) => Tensor,
  rest: object,
): Entry => ({
  call: (x, y) => (options) => call(x, y, tensor([1n, 0n]), options),
  options: {
    ...{ reduction: "sum", weight: tensor([1, 2]), ignoreIndex: 0, labelSmoothing: 0 },
    ...{ options: new nn.LinearCrossEntropyOptions({ allowRetainGraph: true }), ...rest },
  },
});
/** A loss of sets of three numbers. */
const setLoss = (call: (x: Tensor, y: Tensor, options: object) => Tensor, rest: object): Entry => ({
  call: (x, y) => (options) => call(x, y, options),
  options: { reduction: "sum", ...rest },
});
/** Which parts count, and how much: all of them, twice. */
const counted = { mask: tensor([true]), weight: tensor([2]) };
/** The same of one image. */
const countedWhole = { mask: tensor(true), weight: tensor(2) };
const dice = { smooth: 1, dim: [0], squared: true };
/** A loss of boxes, whose last edge is beyond the others. */
const boxLoss = (call: (x: Tensor, y: Tensor, options: object) => Tensor): Entry => ({
  call: (x, y) => {
    for (const boxes of [x, y]) boxes.data = F.pad(boxes.detach(), [0, 1], { value: 9 });
    return (options) => call(x, y, options);
  },
  options: { reduction: "sum", eps: 1 },
});
/** A loss of images, of windows and scales of one size for all. */
const imageLoss = (call: (x: Tensor, y: Tensor, options: object) => Tensor, rest: object): Entry => ({
  call: (x, y) => (options) => call(x, y, options),
  options: { ...image, ...rest },
});
const image = { dataRange: 9, windowSize: 1, k1: 0.1, k2: 0.2, reduction: "sum" };
type Triple = (a: Tensor, p: Tensor, n: Tensor, options: object) => Tensor;
const far = tensor([[0, 3, 1], [2, 2, 2]]); // prettier-ignore
/** A loss of two triplets of vectors. */
const triplet = (call: Triple, rest: object): Entry => ({
  call: (x, y) => (options) => call(x, y, far, options),
  options: { reduction: "sum", margin: 2, swap: true, ...rest },
});
/** A loss of two pairs of vectors. */
const embedding = (call: Triple): Entry => ({
  call: (x, y) => (options) => call(x, y, tensor([1, -1]), options),
  options: { ...legacy, reduction: "sum", margin: 0.25 },
});
/** A loss of two rows and their classes. */
const margins = (call: (x: Tensor, y: Tensor, options: object) => Tensor): Entry => ({
  call: (x) => (options) => call(x, tensor([2n, 0n]), options),
  options: { ...legacy, reduction: "sum", weight: tensor([1, 2, 3]), margin: 2, p: 2 },
});
/** A loss of two rows and their labels. */
const labels = (call: (x: Tensor, y: Tensor, options: object) => Tensor): Entry => ({
  call: (x) => (options) => call(x, tensor([[2n, 0n, -1n], [1n, -1n, 0n]]), options), // prettier-ignore
  options: { ...legacy, reduction: "sum" },
});
/** A loss of one sequence of two frames. */
const sequences = (call: (x: Tensor, options: object) => Tensor): Entry => ({
  call: (x) => (options) => call(x, options),
  options: { blank: 2, reduction: "sum", zeroInfinity: true },
});
/** The tensor itself, whose elements become probabilities. */
const asProbabilities = (x: Tensor): Tensor => x.requiresGrad_(false).mul_(0.125);
/** Weights that broadcast. */
const factors = tensor([1, 2, 0.5]);
const legacy = { sizeAverage: false, reduce: true };

const blend = lossgrad.fuse((x, y, { share }) => x.mul(share).add(y.mul(1 - share)), {
  name: "blend",
  parameters: { share: 0.5 },
});

type Optimizers = "Adam" | "LBFGS" | "RMSprop" | "SGD";
/** A step of an optimiser, from fresh gradients. */
const optimizer = (name: Optimizers, rest: object): Entry => ({
  call: (x) => (options) => {
    const steps = new optim[name]([x], options);
    steps.step(() => {
      x.grad = null;
      const loss = x.square().sum();
      loss.backward();
      return loss;
    });
    return x.detach().clone();
  },
  options: { lr: 0.25, maximize: true, ...rest },
});

/** Every public function of tensors that takes options, by its name. */
export const TAKERS: Record<string, Entry> = {
  tensor: { call: (x) => (options) => tensor(x, options), options: { dtype: "float64" } },
  zerosLike: { call: (x) => (options) => lossgrad.zerosLike(x, options), options: { dtype: "float64" } },
  onesLike: { call: (x) => (options) => lossgrad.onesLike(x, options), options: { requiresGrad: true } },
  normal: {
    call: () => (options) => {
      manualSeed(0);
      return lossgrad.normal(1, 2, [2, 3], options);
    },
    options: { dtype: "float64" },
  },
  fuse: { call: (x, y) => (options) => blend(x, y, options), options: { reduction: "none", share: 0.25 } },
  cat: { call: (x, y) => (options) => lossgrad.cat([x, y], options), options: { dim: 1 } },
  stack: { call: (x, y) => (options) => lossgrad.stack([x, y], options), options: { dim: -1 } },
  "F.l1Loss": loss("l1Loss", legacy),
  "F.mseLoss": loss("mseLoss", legacy),
  "F.smoothL1Loss": loss("smoothL1Loss", { ...legacy, beta: 2 }),
  "F.huberLoss": loss("huberLoss", { delta: 2 }),
  "F.softMarginLoss": loss("softMarginLoss", legacy),
  "F.crossEntropy": classLoss((x, y, options) => F.crossEntropy(x, y, options), { labelSmoothing: 0.25 }),
  "F.nllLoss": classLoss((x, y, options) => F.nllLoss(x, y, options), {}),
  "nn.CrossEntropyLoss": classLoss((x, y, options) => new nn.CrossEntropyLoss(options)(x, y), {
    labelSmoothing: 0.25,
  }),
  "nn.NLLLoss": classLoss((x, y, options) => new nn.NLLLoss(options)(x, y), {}),
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as there is one
  "nn.NLLLoss2d": classLoss((x, y, options) => new nn.NLLLoss2d(options)(x, y), {}),
  "F.cosineSimilarity": {
    call: (x, y) => (options) => F.cosineSimilarity(x, y, options),
    options: { dim: 0, eps: 3 },
  },
  "F.pairwiseDistance": {
    call: (x, y) => (options) => F.pairwiseDistance(x, y, options),
    options: { p: 1, eps: 0.5, keepdim: true },
  },
  "nn.CosineSimilarity": {
    call: (x, y) => (options) => new nn.CosineSimilarity(options)(x, y),
    options: { dim: 0, eps: 3 },
  },
  "nn.PairwiseDistance": {
    call: (x, y) => (options) => new nn.PairwiseDistance(options)(x, y),
    options: { p: 1, eps: 0.5, keepdim: true },
  },
  "F.linearCrossEntropy": linearLoss((x, w, y, options) => F.linearCrossEntropy(x, w, y, options), {
    linearBias: tensor([1, 2]),
  }),
  "nn.LinearCrossEntropyLoss": linearLoss(
    (x, w, y, options) => {
      const loss = new nn.LinearCrossEntropyLoss(3, 2, options);
      loss.linear.weight.data = w.detach();
      return loss(x, y);
    },
    { outFeatures: [], bias: false, dtype: "float32" },
  ),
  "F.cosineEmbeddingLoss": embedding(F.cosineEmbeddingLoss),
  "F.tripletMarginLoss": triplet(F.tripletMarginLoss, { ...legacy, p: 1, eps: 0.5, ...counted }),
  "F.tripletMarginWithDistanceLoss": triplet(F.tripletMarginWithDistanceLoss, {
    distanceFunction: F.cosineSimilarity,
  }),
  "F.multiMarginLoss": margins(F.multiMarginLoss),
  "F.multilabelMarginLoss": labels(F.multilabelMarginLoss),
  "F.multilabelSoftMarginLoss": {
    call: (x, y) => (options) => F.multilabelSoftMarginLoss(x, y, options),
    options: { ...legacy, reduction: "sum", weight: factors },
  },
  "nn.CosineEmbeddingLoss": embedding((x, y, t, options) => new nn.CosineEmbeddingLoss(options)(x, y, t)),
  "nn.TripletMarginLoss": triplet((a, p, n, options) => new nn.TripletMarginLoss(options)(a, p, n), {
    ...legacy,
    p: 1,
    eps: 0.5,
  }),
  "nn.TripletMarginWithDistanceLoss": triplet(
    (a, p, n, options) => new nn.TripletMarginWithDistanceLoss(options)(a, p, n),
    { distanceFunction: F.cosineSimilarity },
  ),
  "nn.MultiMarginLoss": margins((x, y, options) => new nn.MultiMarginLoss(options)(x, y)),
  "nn.MultiLabelMarginLoss": labels((x, y, options) => new nn.MultiLabelMarginLoss(options)(x, y)),
  "nn.MultiLabelSoftMarginLoss": {
    call: (x, y) => (options) => new nn.MultiLabelSoftMarginLoss(options)(x, y),
    options: { ...legacy, reduction: "sum", weight: factors },
  },
  "F.ctcLoss": sequences((x, options) => F.ctcLoss(x, tensor([1n]), [2], [1], options)),
  "nn.CTCLoss": sequences((x, options) => new nn.CTCLoss(options)(x, tensor([1n]), [2], [1])),
  "F.binaryCrossEntropyWithLogits": loss("binaryCrossEntropyWithLogits", { ...legacy, posWeight: factors }),
  "F.binaryCrossEntropy": {
    call: (x, y) => {
      const [input, target] = [x, y].map(asProbabilities);
      return (options) => F.binaryCrossEntropy(input, target, options);
    },
    options: { ...legacy, weight: factors },
  },
  "F.klDiv": loss("klDiv", { ...legacy, logTarget: true }),
  "F.poissonNllLoss": loss("poissonNllLoss", { ...legacy, logInput: false, full: true, eps: 1 }),
  "F.gaussianNllLoss": {
    call: (x, y) => (options) => F.gaussianNllLoss(x, y, 2, options),
    options: { reduction: "sum", full: true, eps: 3 },
  },
  "F.hingeEmbeddingLoss": loss("hingeEmbeddingLoss", { ...legacy, margin: 2 }),
  "F.marginRankingLoss": {
    call: (x, y) => (options) => F.marginRankingLoss(x, y, y, options),
    options: { ...legacy, reduction: "sum", margin: 2 },
  },
  "F.quantileLoss": loss("quantileLoss", { quantile: factors.mul(0.5), weight: factors }),
  "F.logCoshLoss": loss("logCoshLoss", { weight: factors }),
  "F.charbonnierLoss": loss("charbonnierLoss", { epsilon: 2, weight: factors }),
  "F.epsilonInsensitiveLoss": loss("epsilonInsensitiveLoss", { epsilon: 2, weight: factors }),
  "F.tukeyBiweightLoss": loss("tukeyBiweightLoss", { c: 2, weight: factors }),
  "F.cauchyLoss": loss("cauchyLoss", { c: 2, weight: factors }),
  "F.generalRobustLoss": loss("generalRobustLoss", { alpha: factors, c: 2, weight: factors }),
  "F.wingLoss": loss("wingLoss", { omega: 2, epsilon: 1, weight: factors }),
  "F.sigmoidFocalLoss": loss("sigmoidFocalLoss", { alpha: 0.5, gamma: 1, weight: factors }),
  "F.asymmetricLoss": loss("asymmetricLoss", { gammaNeg: 2, gammaPos: 3, clip: 0, weight: factors }),
  "F.gaussianCrpsLoss": {
    call: (x, y) => (options) => F.gaussianCrpsLoss(x, y, 2, options),
    options: { reduction: "sum", weight: factors },
  },
  "F.diceLoss": setLoss((x, y, options) => F.diceLoss(x, y, options), { ...dice, ...counted }),
  "F.jaccardLoss": setLoss((x, y, options) => F.jaccardLoss(x, y, options), {
    smooth: 1,
    dim: [0],
    ...counted,
  }),
  "F.generalizedBoxIouLoss": boxLoss((x, y, options) => F.generalizedBoxIouLoss(x, y, options)),
  "F.ensembleCrpsLoss": setLoss((x, _, options) => F.ensembleCrpsLoss(x, tensor([1, 2]), options), {
    fair: true,
    ...counted,
  }),
  "F.pearsonLoss": setLoss((x, y, options) => F.pearsonLoss(x, y, options), { dim: 0, eps: 1, ...counted }),
  "nn.DiceLoss": setLoss((x, y, options) => new nn.DiceLoss(options)(x, y), dice),
  "nn.JaccardLoss": setLoss((x, y, options) => new nn.JaccardLoss(options)(x, y), { smooth: 1, dim: [0] }),
  "nn.GeneralizedBoxIoULoss": boxLoss((x, y, options) => new nn.GeneralizedBoxIoULoss(options)(x, y)),
  "nn.EnsembleCRPSLoss": setLoss((x, _, options) => new nn.EnsembleCRPSLoss(options)(x, tensor([1, 2])), {
    fair: true,
  }),
  "nn.PearsonLoss": setLoss((x, y, options) => new nn.PearsonLoss(options)(x, y), {
    dim: 0,
    eps: 1,
  }),
  "F.ssim": imageLoss((x, y, options) => F.ssim(x, y, options), { sigma: 2, ...countedWhole }),
  "F.msSsim": imageLoss((x, y, options) => F.msSsim(x, y, options), {
    sigma: 2,
    weights: [0.5, 1],
    ...countedWhole,
  }),
  "F.psnr": setLoss((x, y, options) => F.psnr(x, y, options), { dataRange: 2, dim: [0], ...counted }),
  "F.msSsimL1Loss": imageLoss((x, y, options) => F.msSsimL1Loss(x, y, options), {
    sigmas: [1],
    alpha: 0.25,
    ...countedWhole,
  }),
  "nn.SSIMLoss": imageLoss((x, y, options) => new nn.SSIMLoss(options)(x, y), { sigma: 2 }),
  "nn.MSSSIMLoss": imageLoss((x, y, options) => new nn.MSSSIMLoss(options)(x, y), {
    sigma: 2,
    weights: [0.5, 1],
  }),
  "nn.MSSSIML1Loss": imageLoss((x, y, options) => new nn.MSSSIML1Loss(options)(x, y), {
    sigmas: [1],
    alpha: 0.25,
  }),
  "F.pad": { call: (x) => (options) => F.pad(x, [1, -1], options), options: { mode: "constant", value: 2 } },
  "F.softmax": { call: (x) => (options) => F.softmax(x, options), options: { dim: 1, dtype: "float64" } },
  "F.logSoftmax": {
    call: (x) => (options) => F.logSoftmax(x, options),
    options: { dim: 1, dtype: "float64" },
  },
  "F.softplus": { call: (x) => (options) => F.softplus(x, options), options: { beta: 2, threshold: 3 } },
  "nn.utils.clipGradNorm_": {
    call: (x) => {
      x.grad = x.detach().add(1);
      return (options) => {
        nn.utils.clipGradNorm_(x, 2, options);
        return x.grad;
      };
    },
    options: { normType: 1, errorIfNonfinite: true },
  },
  "optim.Adam": optimizer("Adam", { betas: [0.5, 0.75], eps: 0.5, weightDecay: 0.5, amsgrad: true }),
  "optim.LBFGS": optimizer("LBFGS", { maxIter: 2, maxEval: 3, historySize: 1, lineSearchFn: null }),
  "safetensors.save": {
    call: (x) => (options) => safetensors.save({ x }, options),
    options: { metadata: { format: "pt" } },
  },
  "optim.Optimizer.zeroGrad": {
    call: (x) => {
      const steps = new optim.SGD([x]);
      x.grad = x.detach().add(1);
      return (options) => {
        steps.zeroGrad(options);
        return x.grad;
      };
    },
    options: { setToNone: false },
  },
  "optim.RMSprop": optimizer("RMSprop", {
    alpha: 0.5,
    eps: 0.5,
    weightDecay: 0.5,
    momentum: 0.5,
    centered: true,
  }),
  "optim.SGD": optimizer("SGD", { momentum: 0.5, weightDecay: 0.5, nesterov: true, dampening: 0 }),
  "nn.Module.loadStateDict": {
    call: (x) => {
      const layer = new nn.Linear(3, 2, { bias: false });
      return (options) => {
        layer.loadStateDict({ weight: x }, options);
        return layer.weight;
      };
    },
    options: { strict: true },
  },
  "nn.Parameter": {
    call: (x) => (options) => new nn.Parameter(x, options),
    options: { requiresGrad: false },
  },
  "nn.L1Loss": module((options) => new nn.L1Loss(options), legacy),
  "nn.MSELoss": module((options) => new nn.MSELoss(options), legacy),
  "nn.SmoothL1Loss": module((options) => new nn.SmoothL1Loss(options), { ...legacy, beta: 2 }),
  "nn.HuberLoss": module((options) => new nn.HuberLoss(options), { delta: 2 }),
  "nn.SoftMarginLoss": module((options) => new nn.SoftMarginLoss(options), legacy),
  "nn.BCEWithLogitsLoss": module((options) => new nn.BCEWithLogitsLoss(options), {
    ...legacy,
    posWeight: factors,
  }),
  "nn.BCELoss": {
    call: (x, y) => {
      const [input, target] = [x, y].map(asProbabilities);
      return (options) => new nn.BCELoss(options)(input, target);
    },
    options: { ...legacy, weight: factors },
  },
  "nn.KLDivLoss": {
    call: (x, y) => (options) => new nn.KLDivLoss(options)(x, y),
    options: { ...legacy, logTarget: true },
  },
  "nn.PoissonNLLLoss": module((options) => new nn.PoissonNLLLoss(options), {
    ...legacy,
    logInput: false,
    full: true,
    eps: 1,
  }),
  "nn.GaussianNLLLoss": {
    call: (x, y) => (options) => new nn.GaussianNLLLoss(options)(x, y, 2),
    options: { reduction: "sum", full: true, eps: 3 },
  },
  "nn.HingeEmbeddingLoss": module((options) => new nn.HingeEmbeddingLoss(options), {
    ...legacy,
    margin: 2,
  }),
  "nn.QuantileLoss": module((options) => new nn.QuantileLoss(options), { quantile: factors.mul(0.5) }),
  "nn.LogCoshLoss": module((options) => new nn.LogCoshLoss(options), {}),
  "nn.CharbonnierLoss": module((options) => new nn.CharbonnierLoss(options), { epsilon: 2 }),
  "nn.EpsilonInsensitiveLoss": module((options) => new nn.EpsilonInsensitiveLoss(options), { epsilon: 2 }),
  "nn.TukeyBiweightLoss": module((options) => new nn.TukeyBiweightLoss(options), { c: 2 }),
  "nn.CauchyLoss": module((options) => new nn.CauchyLoss(options), { c: 2 }),
  "nn.GeneralRobustLoss": module((options) => new nn.GeneralRobustLoss(options), { alpha: factors, c: 2 }),
  "nn.WingLoss": module((options) => new nn.WingLoss(options), { omega: 2, epsilon: 1 }),
  "nn.SigmoidFocalLoss": module((options) => new nn.SigmoidFocalLoss(options), { alpha: 0.5, gamma: 1 }),
  "nn.AsymmetricLoss": module((options) => new nn.AsymmetricLoss(options), {
    gammaNeg: 2,
    gammaPos: 3,
    clip: 0,
  }),
  "nn.GaussianCRPSLoss": {
    call: (x, y) => (options) => new nn.GaussianCRPSLoss(options)(x, y, 2),
    options: { reduction: "sum" },
  },
  "nn.MarginRankingLoss": {
    call: (x, y) => (options) => new nn.MarginRankingLoss(options)(x, y, y),
    options: { ...legacy, reduction: "sum", margin: 2 },
  },
  "LossAccumulator.update": {
    call: (x, y) => (options) => {
      const total = new lossgrad.LossAccumulator("l1Loss");
      total.update(x, y, options);
      return [total.count, total.sum(), total.weightSum()];
    },
    options: { weight: tensor([[0, 1, 2], [3, 4, 5]]), mask: tensor([true, false, true]) }, // prettier-ignore
  },
  "nn.Module.registerBuffer": {
    call: (x) => (options) => {
      const module = new nn.Module();
      module.registerBuffer("x", x, options);
      return module.buffers()[0];
    },
    options: { persistent: false },
  },
  "nn.Loss.forward": {
    call: (x, y) => (options) => new nn.L1Loss().forward(x, y, options),
    options: { mask: tensor([true, false, true]) },
  },
  "autograd.grad": {
    call: (x, y) => {
      const sum = y.mul(x).sum();
      return (options) => autograd.grad(sum, x, options);
    },
    options: { createGraph: false, allowUnused: true, retainGraph: false },
  },
  "Tensor.backward": {
    call: (x, y) => {
      const product = x.mul(y);
      return (options) => {
        product.backward(y, options);
        return x.grad;
      };
    },
    options: { retainGraph: true, createGraph: false },
  },
  "Tensor.add": { call: (x, y) => (options) => x.add(y, options), options: { alpha: 2 } },
  "Tensor.sub": { call: (x, y) => (options) => x.sub(y, options), options: { alpha: 2 } },
  "Tensor.add_": {
    call: (x, y) => {
      const z = x.requiresGrad_(false);
      return (options) => z.add_(y, options);
    },
    options: { alpha: 2 },
  },
  "Tensor.sub_": {
    call: (x, y) => {
      const z = x.requiresGrad_(false);
      return (options) => z.sub_(y, options);
    },
    options: { alpha: 2 },
  },
  "Tensor.clamp": { call: (x) => (options) => x.clamp(options), options: { min: 1, max: 2 } },
  "Tensor.clamp_": {
    call: (x) => {
      const z = x.requiresGrad_(false);
      return (options) => z.clamp_(options);
    },
    options: { min: 1, max: 2 },
  },
  "Tensor.softplus": { call: (x) => (options) => x.softplus(options), options: { beta: 2, threshold: 3 } },
  "Tensor.nanToNum": {
    call: (x) => (options) => x.nanToNum(options),
    options: { nan: 1, posinf: 2, neginf: 3 },
  },
  "Tensor.nanToNum_": {
    call: (x) => {
      const z = x.requiresGrad_(false);
      return (options) => z.nanToNum_(options);
    },
    options: { nan: 1, posinf: 2, neginf: 3 },
  },
  "Tensor.indexPut": {
    call: (x, y) => (options) => x.indexPut([[1, 0]], y, options),
    options: { accumulate: true },
  },
  "Tensor.indexPut_": {
    call: (x, y) => {
      const z = x.requiresGrad_(false);
      const values = y.detach();
      return (options) => z.indexPut_([[1, 0]], values, options);
    },
    options: { accumulate: true },
  },
  "Tensor.topk": {
    call: (x) => (options) => {
      const { values, indices } = x.topk(1, options);
      return [values, indices];
    },
    options: { dim: 0, largest: false, sorted: true },
  },
  "Tensor.amax": reduction("amax"),
  "Tensor.amin": reduction("amin"),
  "Tensor.argmax": reduction("argmax"),
  "Tensor.argmin": reduction("argmin"),
  "Tensor.max": reduction("max"),
  "Tensor.min": reduction("min"),
  "Tensor.nanmean": reduction("nanmean"),
  "Tensor.nansum": reduction("nansum"),
  "Tensor.norm": reduction("norm", { p: 1 }),
  "Tensor.logsumexp": reduction("logsumexp"),
  "Tensor.softmax": {
    call: (x) => (options) => x.softmax(options as SoftmaxOptions),
    options: { dim: 1, dtype: "float64" },
  },
  "Tensor.logSoftmax": {
    call: (x) => (options) => x.logSoftmax(options as SoftmaxOptions),
    options: { dim: 1, dtype: "float64" },
  },
  "Tensor.std": reduction("std", { correction: 0 }),
  "Tensor.var": reduction("var", { correction: 0 }),
  "Tensor.sum": { call: (x) => (options) => x.sum(options), options: { dim: 1, keepdim: true } },
  "Tensor.mean": { call: (x) => (options) => x.mean(options), options: { dim: [0], keepdim: false } },
  "Tensor.toString": {
    call: (x) => (options) => x.toString(options),
    options: { precision: 1, threshold: 3, edgeItems: 1, lineWidth: 20, sciMode: true },
  },
};
/** Those that take options, and no tensors. */
export const WITHOUT_OPERANDS = [
  "zeros",
  "ones",
  "empty",
  "full",
  "arange",
  "linspace",
  "rand",
  "randn",
  "setNumThreads",
  "nn.Linear",
  "nn.LinearCrossEntropyOptions",
  "nn.ReLU",
  ...[
    "buffers",
    "namedBuffers",
    "namedModules",
    "namedParameters",
    "parameters",
    "stateDict",
    "zeroGrad",
  ].map((name) => `nn.Module.${name}`),
  // A schedule of learning rates takes an optimiser.
  ...Object.keys(optim.lrScheduler)
    .filter((name) => name !== "ChainedScheduler" && name !== "LRScheduler")
    .map((name) => `optim.lrScheduler.${name}`),
];
