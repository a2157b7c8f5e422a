import { rand, randn, tensor, tidy, zeros, type Tensor } from "lossgrad";

/** A model of one number by one number: `predict` maps a column (n, 1) to a column (n, 1). */
export interface Model {
  parameters: Tensor[];
  predict(x: Tensor): Tensor;
}

/** y = x·w + b */
export function line(): Model {
  const w = zeros([1, 1]).requiresGrad_();
  const b = zeros([1]).requiresGrad_();
  return { parameters: [w, b], predict: (x) => x.matmul(w).add(b) };
}

/** y = relu(x·W₁ + b₁)·W₂ + b₂ with 16 hidden units, begun at random: seed with manualSeed. */
export function network(): Model {
  const hidden = 16;
  const w1 = randn([1, hidden]).requiresGrad_();
  const b1 = rand([hidden]).sub(0.5).requiresGrad_();
  const w2 = randn([hidden, 1]).div(4).requiresGrad_();
  const b2 = zeros([1]).requiresGrad_();
  return {
    parameters: [w1, b1, w2, b2],
    predict: (x) => x.matmul(w1).add(b1).relu().matmul(w2).add(b2),
  };
}

/** One number through the model. */
export function predictOne(model: Model, x: number): number {
  return Number(model.predict(tensor([[x]])).item());
}

export interface Descent {
  steps: number;
  /**
   * The learning rate of the first step; it falls to zero in a straight line, so that L1 comes to
   * rest.
   */
  lr: number;
}

/** Gradient descent over all pairs at once; returns the loss before each step. */
export function descend(
  model: Model,
  lossFn: (input: Tensor, target: Tensor) => Tensor,
  [x, y]: [Tensor, Tensor],
  { steps, lr }: Descent,
): number[] {
  const history: number[] = [];
  for (let step = 0; step < steps; step++) {
    // The step's own tensors go back at its end; a loop that runs on leaves no time to the garbage
    // collector.
    tidy(() => {
      const loss = lossFn(model.predict(x), y);
      loss.backward();
      history.push(Number(loss.item()));
      for (const parameter of model.parameters) {
        parameter.data.sub_(parameter.grad!.mul(lr * (1 - step / steps)));
        parameter.grad = null;
      }
    });
  }
  return history;
}
