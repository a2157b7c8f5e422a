import { zerosLike, type Tensor } from "lossgrad";

/** One step against the gradients, which it then clears. */
export type Step = (lr: number) => void;

/**
 * Adam with torch's defaults: running means of each gradient and of its square, corrected for their
 * start at zero (Kingma and Ba, 2015, algorithm 1).
 */
export function adam(parameters: readonly Tensor[]): Step {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const states = parameters.map((parameter) => ({
    parameter,
    mean: zerosLike(parameter),
    square: zerosLike(parameter),
  }));
  // Powers by multiplication: what `**` gives in the last bit is up to the engine.
  let [power1, power2] = [1, 1];
  return (lr) => {
    power1 *= beta1;
    power2 *= beta2;
    // Both corrections in the step's length, as the paper's section 2 ends: a pass over each
    // parameter less.
    const length = (lr * Math.sqrt(1 - power2)) / (1 - power1);
    for (const { parameter, mean, square } of states) {
      const gradient = parameter.grad!;
      mean.mul_(beta1).add_(gradient, { alpha: 1 - beta1 });
      square.mul_(beta2).add_(gradient.square(), { alpha: 1 - beta2 });
      parameter.data.sub_(mean.div(square.sqrt().add(epsilon)), { alpha: length });
      parameter.grad = null;
    }
  };
}
