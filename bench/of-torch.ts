/** Losses of torch.nn besides those of a difference: by tensors, beside PyTorch itself. */
import { F, type Tensor, tensor } from "lossgrad";
import { classesOf, OF_TORCH, type TorchName, VARIANCE } from "./formulas.js";
import { type LocalRival, tensors } from "./local.js";

interface TorchContest {
  readonly name: TorchName;
  readonly title: string;
  readonly sizes: readonly number[];
}

const SIZES = [2 ** 14, 2 ** 16, 2 ** 20];

export const TORCH_CONTESTS: readonly TorchContest[] = [
  { name: "bceWithLogits", title: "Binary cross-entropy with logits", sizes: SIZES },
  { name: "klDiv", title: "Kullback-Leibler divergence", sizes: SIZES },
  { name: "softMargin", title: "Soft margin", sizes: SIZES },
  { name: "gaussianNll", title: "Gaussian negative log-likelihood", sizes: SIZES },
  { name: "crossEntropy10", title: "Cross-entropy of 4096 rows of 10 classes", sizes: [4096 * 10] },
  { name: "crossEntropy1000", title: "Cross-entropy of 1024 rows of 1000 classes", sizes: [1024 * 1000] },
  { name: "crossEntropy50257", title: "Cross-entropy of 64 rows of 50257 classes", sizes: [64 * 50257] },
];

export const TORCH_NAME = "lossgrad";

type Loss = (input: Tensor, target: Tensor) => Tensor;

const LOSSES: Readonly<Record<TorchName, Loss>> = {
  bceWithLogits: F.binaryCrossEntropyWithLogits,
  klDiv: F.klDiv,
  softMargin: F.softMarginLoss,
  gaussianNll: (input, target) => F.gaussianNllLoss(input, target, VARIANCE),
  crossEntropy10: crossEntropy(10),
  crossEntropy1000: crossEntropy(1000),
  crossEntropy50257: crossEntropy(50257),
};

/** The classes are made once for each size, as PyTorch's are. */
function crossEntropy(classes: number): Loss {
  const made = new WeakMap<Tensor, Tensor>();
  return (input, target) => {
    let ofRows = made.get(target);
    if (!ofRows) {
      ofRows = tensor(classesOf(target.array(), classes), { dtype: "int64" });
      made.set(target, ofRows);
    }
    return F.crossEntropy(input.reshape([-1, classes]), ofRows);
  };
}

export function torchRival(name: TorchName): LocalRival {
  return tensors(
    TORCH_NAME,
    "a function of `F`, `item()`; with gradients `backward()`",
    OF_TORCH[name],
    LOSSES[name],
  );
}
