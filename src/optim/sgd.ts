import type { Tensor } from "../tensor/tensor.js";
import { checkFlags, checkFrom0, withDefaults } from "./hyperparameters.js";
import type { ParameterGroup, Parameters } from "./optimizer.js";
import { ParameterwiseOptimizer } from "./parameterwise.js";
import { apply, fusedMultiplyAdd, type Update, updatesOf } from "./update.js";

/** The hyperparameters of SGD. */
export interface SGDOptions {
  /** The learning rate. */
  lr: number;
  /** μ: how much of the buffer stays. */
  momentum: number;
  /** How much of the gradient does not come to the buffer. */
  dampening: number;
  /** λ of the L2 penalty: λ p is added to the gradient. */
  weightDecay: number;
  /** Whether the step looks ahead by one more share of the buffer. */
  nesterov: boolean;
  /** Whether the objective is maximised: then gradients count negative. */
  maximize: boolean;
}

const DEFAULTS: SGDOptions = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
};

/** Which of the formula's operations there are. */
interface Form {
  readonly decays: boolean;
  /** The first step begins the buffer with the gradient. */
  readonly buffer: "none" | "begins" | "goes on";
  readonly nesterov: boolean;
  readonly maximize: boolean;
}

type SGDUpdate = Update<"param" | "momentumBuffer", "lr" | "momentum" | "undamped" | "weightDecay">;

/** The operations of torch's own implementation (_single_tensor_sgd), in its order. */
const updateFor = /* @__PURE__ */ updatesOf(({ decays, buffer, nesterov, maximize }: Form): SGDUpdate => ({
  name: "SGD",
  arrays: ["param", "momentumBuffer"],
  numbers: ["lr", "momentum", "undamped", "weightDecay"],
  step({ param, momentumBuffer, grad }, { lr, momentum, undamped, weightDecay }) {
    let g = maximize ? grad.neg() : grad;
    if (decays) g = fusedMultiplyAdd(g, param, weightDecay);
    if (buffer === "none") return { param: fusedMultiplyAdd(param, g, lr.neg()) };
    const next = buffer === "begins" ? g : fusedMultiplyAdd(momentumBuffer.mul(momentum), g, undamped);
    if (nesterov) g = fusedMultiplyAdd(g, next, momentum);
    else g = next;
    return { param: fusedMultiplyAdd(param, g, lr.neg()), momentumBuffer: next };
  },
}));

/**
 * Stochastic gradient descent, with momentum (Polyak, 1964) and Nesterov's variant of it. Of a
 * parameter p with the gradient g and its buffer b:
 *
 *     g ← g + λ p        b ← μ b + (1 - dampening) g, at first g        p ← p - lr b
 *     with nesterov      p ← p - lr (g + μ b)
 *
 * One pass over each parameter, in place, bit-equal with torch's in float64.
 *
 * @throws TypeError for what are no parameters or options; RangeError for options out of range
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
 * @example
 * const x = tensor([3, -4], { requiresGrad: true });
 * const optimizer = new optim.SGD([x], { lr: 0.1, momentum: 0.9 });
 * for (let i = 0; i < 2; i++) {
 *   optimizer.zeroGrad();
 *   x.square().sum().backward();
 *   optimizer.step();
 * }
 * String(x.detach()); // "tensor([ 1.3800, -1.8400])"
 */
export class SGD extends ParameterwiseOptimizer<SGDOptions> {
  constructor(parameters: Parameters<SGDOptions>, options: Partial<SGDOptions> = {}) {
    super(parameters, withDefaults("SGD", options, DEFAULTS));
  }

  /** @internal */
  protected override check({ lr, momentum, weightDecay, dampening, nesterov, maximize }: SGDOptions): void {
    checkFrom0(lr, "learning rate");
    checkFrom0(momentum, "momentum value");
    checkFrom0(weightDecay, "weight_decay value");
    checkFlags({ nesterov, maximize });
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new RangeError("Nesterov momentum requires a momentum and zero dampening");
    }
  }

  /** @internal */
  protected override update(param: Tensor, grad: Tensor, group: ParameterGroup<SGDOptions>): void {
    const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group;
    const form = { decays: weightDecay !== 0, nesterov, maximize };
    const numbers = { lr, momentum, undamped: 1 - dampening, weightDecay };
    if (momentum === 0) {
      apply(updateFor({ ...form, buffer: "none" }), { param, momentumBuffer: param, grad }, numbers);
      return;
    }
    let begins = false;
    const momentumBuffer = (): Tensor => {
      begins = true;
      return param.zeros();
    };
    const state = this.stateOf(param, { momentumBuffer });
    const arrays = { param, momentumBuffer: state.momentumBuffer as Tensor, grad };
    apply(updateFor({ ...form, buffer: begins ? "begins" : "goes on" }), arrays, numbers);
  }
}
