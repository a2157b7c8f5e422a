/** lossgrad's losses as TensorFlow.js functions with a gradient. */
import * as tf from "@tensorflow/tfjs-core";
import type { TypedData, ValueAndGrad } from "lossgrad/arrays";

/**
 * A loss with its gradient, such as `(p, t) => huberLoss.valueAndGrad(p, t, { delta: 0.5 })`:
 * tfjs's tensors go in as they are.
 */
export type Evaluate = (prediction: tf.Tensor, target: tf.Tensor) => ValueAndGrad<number, TypedData>;

/**
 * A loss that tfjs differentiates through, with respect to both of its tensors, which have one
 * shape. Value and gradient are computed together by lossgrad, and tfjs takes the gradient on from
 * there: to a layer's weights, say.
 *
 * On backends whose tensors lie on a GPU, reading them (`dataSync`) waits for the GPU.
 */
export function lossOf(evaluate: Evaluate): (prediction: tf.Tensor, target: tf.Tensor) => tf.Scalar {
  const differentiable = tf.customGrad((...inputs) => {
    const [prediction, target] = inputs as tf.Tensor[];
    const { value, grad } = evaluate(prediction, target);
    return {
      value: tf.scalar(value),
      // An array until tfjs asks for it: a loss that nobody differentiates leaves no tensor behind.
      gradFunc: (upstream: tf.Tensor) => {
        const gradient = tf.mul(tf.tensor(grad as Float32Array, prediction.shape), upstream);
        return [gradient, tf.neg(gradient)];
      },
    };
  });
  return (prediction, target) => {
    const [p, t] = [prediction, target].map(({ shape }) => `[${shape.join(", ")}]`);
    if (p !== t)
      throw new RangeError(`lossOf: expected two tensors of one shape, got ${p} and ${t}; reshape one`);
    return differentiable(prediction, target) as tf.Scalar;
  };
}
