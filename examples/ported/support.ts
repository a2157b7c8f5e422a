/**
 * What the ported programs share: torch's linear layer, and what a program leaves for a comparison.
 */
import { rand, type Tensor } from "lossgrad";
import type { Log } from "../support/print.js";

/** The numbers of a run by name, such as its losses and its last parameters. */
export type Numbers = Record<string, Tensor | readonly number[]>;

/** A port: it prints what its original prints, and returns the numbers behind that. */
export type Program = (log: Log) => Numbers;

/** torch.nn.Linear: x·Wᵀ + b, called as a function. */
export interface Linear {
  (x: Tensor): Tensor;
  weight: Tensor;
  bias: Tensor;
  parameters: () => Tensor[];
}

/**
 * nn.Linear(inFeatures, outFeatures) with the numbers that torch begins with: kaiming_uniform_ with
 * a = √5 means uniform samples between −1/√inFeatures and 1/√inFeatures, first the weight's, then
 * the bias's.
 */
export function linear(inFeatures: number, outFeatures: number): Linear {
  const bound = 1 / Math.sqrt(inFeatures);
  const weight = uniform([outFeatures, inFeatures], bound).requiresGrad_();
  const bias = uniform([outFeatures], bound).requiresGrad_();
  return Object.assign((x: Tensor) => x.matmul(weight.t()).add(bias), {
    weight,
    bias,
    parameters: () => [weight, bias],
  });
}

/**
 * tensor.uniform_(−bound, bound): torch rounds `sample · 2 bound − bound` once, so it is computed
 * in float64.
 */
function uniform(shape: number[], bound: number): Tensor {
  const rounded = Math.fround(bound);
  return rand(shape)
    .to("float64")
    .mul(2 * rounded)
    .sub(rounded)
    .to("float32");
}

/** optimizer.zero_grad(): torch sets gradients to None. */
export function zeroGrad(parameters: readonly Tensor[]): void {
  for (const parameter of parameters) parameter.grad = null;
}
