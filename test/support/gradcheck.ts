/**
 * torch.autograd.gradcheck and gradgradcheck: derivatives against central differences, in float64
 * or complex128, with torch's eps 1e-6, atol 1e-5 and rtol 1e-3. A vector-valued function is
 * projected on fixed numbers, so that one backward pass checks all its outputs.
 */
import { autograd, tensor, tidy } from "lossgrad";
import type { Tensor } from "lossgrad";
import { flatten } from "./wire.js";

const EPS = 1e-6;
const ATOL = 1e-5;
const RTOL = 1e-3;

type Differentiable = (...inputs: Tensor[]) => Tensor;

/**
 * What disagrees between the gradients of `fn` at `inputs` and its differences; empty when all is
 * well.
 */
export function gradcheck(fn: Differentiable, inputs: readonly Tensor[]): string[] {
  return tidy(() => {
    const leaves = inputs.map((input) => input.detach().clone().requiresGrad_(input.requiresGrad));
    const wanted = leaves.filter((leaf) => leaf.requiresGrad);
    const output = fn(...leaves);
    // One that is constant, as the second derivative of what is linear, has no graph.
    const gradients = output.requiresGrad
      ? autograd.grad(output, wanted, { gradOutputs: projection(output), allowUnused: true })
      : [];
    return wanted.flatMap((leaf, i) =>
      compare(fn, leaves, leaves.indexOf(leaf), gradients[i] ?? leaf.detach().zeros()),
    );
  });
}

/**
 * The same for the gradients themselves, as functions of the inputs and of the upstream gradient.
 */
export function gradgradcheck(fn: Differentiable, inputs: readonly Tensor[]): string[] {
  return inputs.flatMap((input, i) => {
    if (!input.requiresGrad) return [];
    const upstream = projection(fn(...inputs)).requiresGrad_();
    const gradient: Differentiable = (...all) => {
      const leaves = all.slice(0, -1);
      const output = fn(...leaves);
      const upstream = all[all.length - 1];
      const options = { gradOutputs: upstream, createGraph: true, allowUnused: true };
      // What an output does not depend on has a gradient of 0, whatever the upstream one.
      const [gradient] = autograd.grad(output, [leaves[i]], options);
      return gradient ?? leaves[i].zeros().mul(upstream.sum());
    };
    return gradcheck(gradient, [...inputs, upstream]);
  });
}

/** Fixed numbers of the output's shape and dtype: 1, 0.7, 0.49, … with turning signs. */
function projection(output: Tensor): Tensor {
  const numbers = flatten(output.tolist()).map((_, i) => (i % 2 === 0 ? 1 : -1) * 0.7 ** (i % 7));
  return fromNumbers(numbers, output);
}

function fromNumbers(numbers: readonly number[], like: Tensor): Tensor {
  return tensor(Float64Array.from(numbers), { dtype: like.dtype }).reshape([...like.shape]);
}

function compare(fn: Differentiable, leaves: readonly Tensor[], index: number, gradient: Tensor): string[] {
  const at = flatten(leaves[index].tolist()) as number[];
  const analytic = flatten(gradient.tolist()) as number[];
  return at.flatMap((_, i) => {
    const numeric =
      (project(fn, leaves, index, at, i, EPS) - project(fn, leaves, index, at, i, -EPS)) / (2 * EPS);
    const close = Math.abs(analytic[i] - numeric) <= ATOL + RTOL * Math.abs(numeric);
    return close ? [] : [`d/d(input ${index})[${i}]: ${analytic[i]}, by differences ${numeric}`];
  });
}

/** The projected output with number `i` of one input moved by `step`. */
function project(
  fn: Differentiable,
  leaves: readonly Tensor[],
  index: number,
  at: readonly number[],
  i: number,
  step: number,
): number {
  return tidy(() => {
    const moved = fromNumbers(
      at.map((value, j) => (j === i ? value + step : value)),
      leaves[index],
    ).requiresGrad_(leaves[index].requiresGrad);
    const output = fn(...leaves.map((leaf, j) => (j === index ? moved : leaf)));
    const weights = flatten(projection(output).tolist()) as number[];
    const numbers = flatten(output.tolist()) as number[];
    // For complex outputs the pairs' products add to the real part of Σ conj(v) f, which is what a
    // gradient is of.
    return numbers.reduce((sum, value, j) => sum + value * weights[j], 0);
  });
}
