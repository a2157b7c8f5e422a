import { describeValue } from "../core/describe.js";
import { integerPower } from "../core/elementary.js";
import type { Expression } from "../formula/expression.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkFlags, checkFrom0, withDefaults } from "./hyperparameters.js";
import type { ParameterGroup, Parameters } from "./optimizer.js";
import { ParameterwiseOptimizer } from "./parameterwise.js";
import { apply, fusedMultiplyAdd, lerp, lerpWeight, type Update, updatesOf } from "./update.js";

/** The hyperparameters of Adam and AdamW. */
export interface AdamOptions {
  /** The learning rate. */
  lr: number;
  /** How much of the running means of the gradient and of its square stays, from 0 to below 1. */
  betas: readonly [number, number];
  /** Added to the denominator. */
  eps: number;
  /** λ: how much the parameter shrinks, by the gradient in Adam and by itself in AdamW. */
  weightDecay: number;
  /** Whether the largest mean of squares so far divides (Reddi and others, 2018). */
  amsgrad: boolean;
  /** Whether the objective is maximised: then gradients count negative. */
  maximize: boolean;
}

const DEFAULTS: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
};

type Decay = "none" | "added to the gradient" | "decoupled";

/** Which of the formula's operations there are. */
interface Form {
  readonly decay: Decay;
  readonly amsgrad: boolean;
  readonly maximize: boolean;
  readonly light: boolean;
}

type AdamUpdate = Update<
  "param" | "expAvg" | "expAvgSq" | "maxExpAvgSq",
  "decay" | "weight" | "beta2" | "rest2" | "root" | "inverse" | "eps" | "step"
>;

/**
 * x / root; in float32 by the inverse, which is off by one more rounding. The processor's divider
 * takes most of the time of a step, so that one division less saves a quarter of it (measured).
 */
function overRoot(x: Expression, { root, inverse }: Record<"root" | "inverse", Expression>): Expression {
  return x.dtype === "float32" ? x.mul(inverse) : x.div(root);
}

/** The operations of torch's own implementation (_single_tensor_adam), in its order. */
const updateFor = /* @__PURE__ */ updatesOf(({ decay, amsgrad, maximize, light }: Form): AdamUpdate => ({
  name: "Adam",
  arrays: ["param", "expAvg", "expAvgSq", "maxExpAvgSq"],
  numbers: ["decay", "weight", "beta2", "rest2", "root", "inverse", "eps", "step"],
  step({ param, expAvg, expAvgSq, maxExpAvgSq, grad }, numbers) {
    const { weight, beta2, rest2, eps, step } = numbers;
    let [p, g] = [param, maximize ? grad.neg() : grad];
    if (decay === "decoupled") p = p.mul(numbers.decay);
    else if (decay !== "none") g = fusedMultiplyAdd(g, p, numbers.decay);
    const mean = lerp(expAvg, g, weight, light);
    const square = fusedMultiplyAdd(expAvgSq.mul(beta2), g.mul(rest2), g);
    const largest = amsgrad ? maxExpAvgSq.maximum(square) : square;
    const denominator = overRoot(largest.sqrt(), numbers).add(eps);
    const next = p.add(mean.mul(step).div(denominator));
    const written: Record<"param" | "expAvg" | "expAvgSq", Expression> = {
      param: next,
      expAvg: mean,
      expAvgSq: square,
    };
    return amsgrad ? { ...written, maxExpAvgSq: largest } : written;
  },
}));

/**
 * Adam (Kingma and Ba, 2015). Of a parameter p with the gradient g, at step t:
 *
 *     g ← g + λ p                         m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²
 *     p ← p - lr / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + eps)
 *
 * One pass over each parameter, in place, bit-equal with torch's in float64; in float32 off by some
 * roundings.
 *
 * @throws TypeError for what are no parameters or options; RangeError for options out of range
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
 * @example
 * const x = tensor([3, -4], { requiresGrad: true });
 * const optimizer = new optim.Adam([x], { lr: 0.1 });
 * x.square().sum().backward();
 * optimizer.step();
 * String(x.detach()); // "tensor([ 2.9000, -3.9000])"
 */
export class Adam extends ParameterwiseOptimizer<AdamOptions> {
  constructor(parameters: Parameters<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(parameters, withDefaults(new.target.name, options, new.target.defaults));
  }

  /** @internal */
  protected static get defaults(): AdamOptions {
    return DEFAULTS;
  }

  /** @internal Whether weight decay shrinks the parameter itself. */
  protected readonly decouples: boolean = false;

  /** @internal */
  protected override check({ lr, betas, eps, weightDecay, amsgrad, maximize }: AdamOptions): void {
    checkFrom0(lr, "learning rate");
    checkFrom0(eps, "epsilon value");
    if (!Array.isArray(betas) || betas.length !== 2) {
      throw new TypeError(`Invalid betas: expected two numbers, got ${describeValue(betas)}`);
    }
    betas.forEach((beta: number, i) => {
      checkFrom0(beta, `beta parameter at index ${i}`, 1);
    });
    checkFrom0(weightDecay, "weight_decay value");
    checkFlags({ amsgrad, maximize });
  }

  /** @internal */
  protected override update(param: Tensor, grad: Tensor, group: ParameterGroup<AdamOptions>): void {
    const { lr, betas, eps, weightDecay, amsgrad, maximize } = group;
    const [beta1, beta2] = betas;
    const zeros = (): Tensor => param.zeros();
    const state = this.stateOf(param, {
      step: () => 0,
      expAvg: zeros,
      expAvgSq: zeros,
      ...(amsgrad && { maxExpAvgSq: zeros }),
    });
    const t = (state.step = (state.step as number) + 1);
    const { weight, light } = lerpWeight(1 - beta1);
    const root = Math.sqrt(1 - integerPower(beta2, t));
    const decay: Decay = weightDecay === 0 ? "none" : this.decouples ? "decoupled" : "added to the gradient";
    const { expAvg, expAvgSq, maxExpAvgSq = expAvgSq } = state as Record<string, Tensor>;
    apply(
      updateFor({ decay, amsgrad, maximize, light }),
      { param, expAvg, expAvgSq, maxExpAvgSq, grad },
      {
        decay: this.decouples ? 1 - lr * weightDecay : weightDecay,
        weight,
        beta2,
        rest2: 1 - beta2,
        root,
        inverse: 1 / root,
        eps,
        step: -(lr / (1 - integerPower(beta1, t))),
      },
    );
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019): p shrinks by the factor 1 - lr λ
 * before the step, and λ, 0.01 by default, has no part in the gradient.
 *
 * @throws as Adam
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 * @example
 * const x = tensor([3, -4], { requiresGrad: true });
 * const optimizer = new optim.AdamW([x], { lr: 0.1, weightDecay: 0.5 });
 * x.square().sum().backward();
 * optimizer.step();
 * String(x.detach()); // "tensor([ 2.7500, -3.7000])"
 */
export class AdamW extends Adam {
  /** @internal */
  protected static override get defaults(): AdamOptions {
    return { ...DEFAULTS, weightDecay: 1e-2 };
  }

  /** @internal */
  protected override readonly decouples = true;
}
