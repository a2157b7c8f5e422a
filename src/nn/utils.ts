/** Gradients clipped, as torch.nn.utils does it. */
import { withGradMode } from "../autograd/mode.js";
import { describeValue } from "../core/describe.js";
import { isIterable, takeOptions } from "../core/options.js";
import { describeStranger } from "../ndarray/adapter.js";
import { checkNumber } from "../ndarray/method-arguments.js";
import { stack } from "../tensor/joining.js";
import { tensor } from "../tensor/creation.js";
import { Tensor } from "../tensor/tensor.js";

/** The options of clipGradNorm_. */
export interface ClipOptions {
  /** p of the norm: 2, 1, Infinity … */
  normType?: number;
  /** Whether a norm that is NaN or infinite is an error; then nothing changes. */
  errorIfNonfinite?: boolean;
}

function gradientsOf(caller: string, parameters: Tensor | Iterable<Tensor>): Tensor[] {
  if (!(parameters instanceof Tensor) && !isIterable(parameters)) {
    throw new TypeError(
      `${caller}: expected a Tensor or an iterable of Tensors, got ${describeValue(parameters)}`,
    );
  }
  const list: unknown[] = parameters instanceof Tensor ? [parameters] : [...parameters];
  return list.flatMap((parameter, i) => {
    if (!(parameter instanceof Tensor)) {
      throw new TypeError(`${caller}: expected Tensors, got ${describeStranger(parameter)} at ${i}`);
    }
    parameter.checkAlive(caller);
    const { grad } = parameter;
    grad?.checkAlive(caller);
    return grad ?? [];
  });
}

/**
 * The norm of all gradients as one vector, of `max` at most afterwards: each is multiplied in place
 * by min(max / (norm + 1e-6), 1). Parameters without a gradient do not count.
 *
 * @returns the norm before
 * @throws TypeError for what are no tensors, a max that is no number, misspelt options; Error for a norm that is not finite, with
 *   `errorIfNonfinite`
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 * @example
 * const x = tensor([3, 4], { requiresGrad: true });
 * x.square().sum().mul(0.5).backward();
 * nn.utils.clipGradNorm_([x], 1).item(); // 5
 * String(x.grad); // "tensor([0.6000, 0.8000])"
 */
export function clipGradNorm_(
  parameters: Tensor | Iterable<Tensor>,
  max: number,
  options: ClipOptions = {},
): Tensor {
  const taken = takeOptions("clipGradNorm_", options, ["normType", "errorIfNonfinite"]);
  const { normType = 2, errorIfNonfinite = false } = taken;
  const most = checkNumber("clipGradNorm_", max);
  const grads = gradientsOf("clipGradNorm_", parameters);
  if (grads.length === 0) return tensor(0);
  return withGradMode(false, () => {
    const total = stack(grads.map((grad) => grad.norm({ p: normType }))).norm({ p: normType });
    if (errorIfNonfinite && !Number.isFinite(total.item())) {
      throw new Error(
        `The total norm of order ${normType} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To ` +
          "disable this error and scale the gradients by the non-finite norm anyway, set `errorIfNonfinite: false`",
      );
    }
    const factor = total.add(1e-6).pow(-1).mul(most).clamp({ max: 1 });
    for (const grad of grads) grad.mul_(factor);
    return total;
  });
}

/**
 * Every element of every gradient between -`value` and `value`, in place.
 *
 * @throws TypeError for what are no tensors, and for a value that is no number
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 * @example
 * const x = tensor([3, -0.5], { requiresGrad: true });
 * x.square().sum().backward();
 * nn.utils.clipGradValue_([x], 2);
 * String(x.grad); // "tensor([ 2., -1.])"
 */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, value: number): void {
  const most = checkNumber("clipGradValue_", value);
  withGradMode(false, () => {
    for (const grad of gradientsOf("clipGradValue_", parameters)) grad.clamp_({ min: -most, max: most });
  });
}
