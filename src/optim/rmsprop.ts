import type { Tensor } from "../tensor/tensor.js";
import { checkFlags, checkFrom0, withDefaults } from "./hyperparameters.js";
import type { ParameterGroup, Parameters } from "./optimizer.js";
import { ParameterwiseOptimizer } from "./parameterwise.js";
import { apply, fusedMultiplyAdd, lerp, lerpWeight, type Update, updatesOf } from "./update.js";

/** The hyperparameters of RMSprop. */
export interface RMSpropOptions {
  /** The learning rate. */
  lr: number;
  /** How much of the running mean of squares stays. */
  alpha: number;
  /** Added to the denominator. */
  eps: number;
  /** λ of the L2 penalty: λ p is added to the gradient. */
  weightDecay: number;
  /** μ: how much of the buffer stays; without it there is none. */
  momentum: number;
  /** Whether gradients are divided by an estimate of their standard deviation. */
  centered: boolean;
  /** Whether the objective is maximised: then gradients count negative. */
  maximize: boolean;
}

const DEFAULTS: RMSpropOptions = {
  lr: 1e-2,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
  maximize: false,
};

/** Which of the formula's operations there are. */
interface Form {
  readonly decays: boolean;
  readonly hasMomentum: boolean;
  readonly centered: boolean;
  readonly maximize: boolean;
  readonly light: boolean;
}

type RMSpropUpdate = Update<
  "param" | "squareAvg" | "gradAvg" | "momentumBuffer",
  "lr" | "alpha" | "rest" | "weight" | "eps" | "weightDecay" | "momentum"
>;

/** The operations of torch's own implementation (_single_tensor_rmsprop), in its order. */
const updateFor = /* @__PURE__ */ updatesOf(
  ({ decays, hasMomentum, centered, maximize, light }: Form): RMSpropUpdate => ({
    name: "RMSprop",
    arrays: ["param", "squareAvg", "gradAvg", "momentumBuffer"],
    numbers: ["lr", "alpha", "rest", "weight", "eps", "weightDecay", "momentum"],
    step({ param, squareAvg, gradAvg, momentumBuffer, grad }, numbers) {
      const { lr, alpha, rest, weight, eps, weightDecay, momentum } = numbers;
      let g = maximize ? grad.neg() : grad;
      if (decays) g = fusedMultiplyAdd(g, param, weightDecay);
      const square = fusedMultiplyAdd(squareAvg.mul(alpha), g.mul(rest), g);
      const mean = lerp(gradAvg, g, weight, light);
      const spread = centered ? fusedMultiplyAdd(square, mean.neg(), mean) : square;
      const root = spread.sqrt().add(eps);
      const means = centered ? { gradAvg: mean } : {};
      if (!hasMomentum) {
        return { param: param.add(g.mul(lr.neg()).div(root)), squareAvg: square, ...means };
      }
      const buffer = momentumBuffer.mul(momentum).add(g.div(root));
      const next = fusedMultiplyAdd(param, buffer, lr.neg());
      return { param: next, squareAvg: square, momentumBuffer: buffer, ...means };
    },
  }),
);

/**
 * RMSprop (Hinton, 2012). Of a parameter p with the gradient g:
 *
 *     g ← g + λ p            v ← α v + (1 - α) g²           a = √v + eps
 *     p ← p - lr g / a       with momentum: b ← μ b + g / a,  p ← p - lr b
 *     centered (Graves, 2013): m ← α m + (1 - α) g,  a = √(v - m²) + eps
 *
 * One pass over each parameter, in place, bit-equal with torch's in float64.
 *
 * @throws TypeError for what are no parameters or options; RangeError for options out of range
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 * @example
 * const x = tensor([3, -4], { requiresGrad: true });
 * const optimizer = new optim.RMSprop([x], { lr: 0.1 });
 * x.square().sum().backward();
 * optimizer.step();
 * String(x.detach()); // "tensor([ 2.0000, -3.0000])"
 */
export class RMSprop extends ParameterwiseOptimizer<RMSpropOptions> {
  constructor(parameters: Parameters<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    super(parameters, withDefaults("RMSprop", options, DEFAULTS));
  }

  /** @internal */
  protected override check(group: RMSpropOptions): void {
    const { lr, eps, momentum, weightDecay, alpha, centered, maximize } = group;
    checkFrom0(lr, "learning rate");
    checkFrom0(eps, "epsilon value");
    checkFrom0(momentum, "momentum value");
    checkFrom0(weightDecay, "weight_decay value");
    checkFrom0(alpha, "alpha value");
    checkFlags({ centered, maximize });
  }

  /** @internal */
  protected override update(param: Tensor, grad: Tensor, group: ParameterGroup<RMSpropOptions>): void {
    const { lr, alpha, eps, weightDecay, momentum, centered, maximize } = group;
    const zeros = (): Tensor => param.zeros();
    const state = this.stateOf(param, {
      step: () => 0,
      squareAvg: zeros,
      ...(momentum > 0 && { momentumBuffer: zeros }),
      ...(centered && { gradAvg: zeros }),
    });
    state.step = (state.step as number) + 1;
    const { squareAvg, gradAvg = squareAvg, momentumBuffer = squareAvg } = state as Record<string, Tensor>;
    const { weight, light } = lerpWeight(1 - alpha);
    const form = { decays: weightDecay !== 0, hasMomentum: momentum > 0, centered, maximize, light };
    const numbers = { lr, alpha, rest: 1 - alpha, weight, eps, weightDecay, momentum };
    apply(updateFor(form), { param, squareAvg, gradAvg, momentumBuffer, grad }, numbers);
  }
}
