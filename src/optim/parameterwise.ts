import { describeValue } from "../core/describe.js";
import { sameShape } from "../ndarray/shape.js";
import { withGradMode } from "../autograd/mode.js";
import { Tensor } from "../tensor/tensor.js";
import { evaluated, Optimizer, type ParameterGroup, type ParameterState } from "./optimizer.js";

/**
 * An optimiser that changes each parameter by itself, by its gradient and what is remembered of it.
 * Parameters without a gradient stay.
 */
export abstract class ParameterwiseOptimizer<H extends object> extends Optimizer<H> {
  /** @internal Changes a parameter by its gradient, of the same shape and dtype, while nothing is recorded. */
  protected abstract update(parameter: Tensor, grad: Tensor, group: ParameterGroup<H>): void;

  /** @internal */
  protected override takeStep<L = undefined>(closure?: () => L): L | undefined {
    const caller = this.constructor.name;
    const loss = (closure ?? undefined) === undefined ? undefined : evaluated(caller, closure!);
    const work = this.paramGroups.flatMap((group) =>
      group.params.flatMap((parameter) => {
        parameter.checkAlive(caller);
        const { grad } = parameter;
        if (grad === null) return [];
        grad.checkAlive(caller);
        return [{ parameter, grad, group }];
      }),
    );
    withGradMode(false, () => {
      for (const { parameter, grad, group } of work) this.update(parameter, grad.detach(), group);
    });
    return loss;
  }

  /** @internal */
  protected override checkState(parameter: Tensor, state: Readonly<ParameterState>): void {
    for (const [name, value] of Object.entries(state)) {
      const isKind = name === "step" ? typeof value === "number" : value instanceof Tensor;
      if (!isKind) {
        const kind = name === "step" ? "a number" : "a Tensor";
        throw new TypeError(`loadStateDict: expected ${name} to be ${kind}, got ${describeValue(value)}`);
      }
      if (!(value instanceof Tensor) || sameShape(value.shape, parameter.shape)) continue;
      throw new RangeError(
        `loadStateDict: expected ${name} of shape [${parameter.shape.join(", ")}], got [${value.shape.join(", ")}]`,
      );
    }
  }
}
