/**
 * The texts of the fused losses: roots and squares, a choice with ties, and what goes through exp
 * and log.
 */
import { where } from "lossgrad";
import type { FuseOptions, Tensor } from "lossgrad";

/** A text that is fused for tensors and for arrays, and the parameters that it is called with. */
interface Text {
  readonly text: (...args: never[]) => Tensor;
  /** How many operands it has. */
  readonly arity: 2 | 3;
  readonly options: FuseOptions<Record<string, number>>;
  readonly values?: Readonly<Record<string, number>>;
}

function charbonnier(input: Tensor, target: Tensor, { eps }: { eps: number }): Tensor {
  return input
    .sub(target)
    .square()
    .add(eps * eps)
    .sqrt();
}

function pinball(input: Tensor, target: Tensor, { q }: { q: number }): Tensor {
  const e = target.sub(input);
  return e.mul(q).maximum(e.mul(q - 1));
}

function asymmetric(input: Tensor, target: Tensor): Tensor {
  const d = input.sub(target);
  return where(d.gt(0), d.square(), d.abs().add(d.clamp(-1, 0.5)));
}

function logCosh(input: Tensor, target: Tensor): Tensor {
  const d = input.sub(target);
  return d.add(d.mul(-2).softplus()).sub(Math.LN2);
}

function gaussian(input: Tensor, target: Tensor, variance: Tensor): Tensor {
  const v = variance.abs().maximum(1e-6);
  return v.log().add(input.sub(target).square().div(v)).mul(0.5);
}

export const TEXTS: readonly Text[] = [
  { text: charbonnier, arity: 2, options: { parameters: { eps: 0.3 } } },
  { text: charbonnier, arity: 2, options: { parameters: { eps: 0.3 } }, values: { eps: 2 } },
  { text: pinball, arity: 2, options: { parameters: { q: 0.9 } } },
  { text: asymmetric, arity: 2, options: {} },
  { text: logCosh, arity: 2, options: {} },
  { text: gaussian, arity: 3, options: {} },
];
