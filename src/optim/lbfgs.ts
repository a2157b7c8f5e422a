import { describeValue } from "../core/describe.js";
import { withGradMode } from "../autograd/mode.js";
import { cat } from "../tensor/joining.js";
import { Tensor } from "../tensor/tensor.js";
import { tidy } from "../tensor/tidy.js";
import { checkFlags, checkFrom0, withDefaults } from "./hyperparameters.js";
import { type Point, strongWolfe } from "./line-search.js";
import { evaluated, Optimizer, type Parameters } from "./optimizer.js";

/** The hyperparameters of LBFGS. */
export interface LBFGSOptions {
  /** The learning rate. */
  lr: number;
  /** The most iterations of a step. */
  maxIter: number;
  /** The most calls of the closure in a step; 1.25 maxIter where it is null. */
  maxEval: number | null;
  /** No element of the gradient larger than this ends a step. */
  toleranceGrad: number;
  /** No change of an element, or of the loss, larger than this ends a step. */
  toleranceChange: number;
  /** How many past iterations are remembered. */
  historySize: number;
  /** A line search that finds a point with the strong Wolfe conditions, or steps of lr. */
  lineSearchFn: "strong_wolfe" | null;
  /** Whether the objective is maximised. */
  maximize: boolean;
}

const DEFAULTS: LBFGSOptions = {
  lr: 1,
  maxIter: 20,
  maxEval: null,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null,
  maximize: false,
};

/** What is remembered from iteration to iteration, under torch's names; all tensors are flat. */
interface Memory {
  funcEvals: number;
  nIter: number;
  /** The direction, and how far it was followed. */
  d: Tensor;
  t: number;
  /** Changes of the gradient and of the parameters, and 1 over their products. */
  oldDirs: readonly Tensor[];
  oldStps: readonly Tensor[];
  ro: readonly number[];
  /** The scale of the first approximation of the inverse Hessian. */
  HDiag: number;
  prevFlatGrad: Tensor;
  prevLoss: number;
}

/** The loss and its gradient where the parameters are. */
interface Place {
  readonly loss: number;
  readonly grad: Tensor;
}

const dot = (a: Tensor, b: Tensor): number => Number(a.mul(b).sum().item());
const largest = (x: Tensor): number => Number(x.abs().max().item());

/**
 * L-BFGS (Liu and Nocedal, 1989): a quasi-Newton method that remembers the last iterations. Of all
 * parameters as one vector, in one group, whose loss a closure computes anew: it clears the
 * gradients, computes the loss, calls `backward()` and returns the loss.
 *
 * The iterations are torch's; sums are exact here, so that last digits may differ.
 *
 * @throws TypeError for what are no parameters, options or closure; RangeError for options out of
 *   range, and for several groups
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
 * @example
 * const x = tensor([-1.5, 2], { requiresGrad: true });
 * const optimizer = new optim.LBFGS([x], { lineSearchFn: "strong_wolfe" });
 * optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = x.sub(tensor([3, 4])).square().sum();
 *   loss.backward();
 *   return loss;
 * });
 * String(x.detach()); // "tensor([3.0000, 4.0000])"
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  constructor(parameters: Parameters<LBFGSOptions>, options: Partial<LBFGSOptions> = {}) {
    super(parameters, withDefaults("LBFGS", options, DEFAULTS));
    if (this.paramGroups.length === 1) return;
    throw new RangeError("LBFGS doesn't support per-parameter options (parameter groups)");
  }

  /** @internal */
  protected override check(group: LBFGSOptions): void {
    const { lr, maxIter, maxEval, historySize, lineSearchFn, maximize } = group;
    checkFrom0(lr, "learning rate");
    checkFrom0(maxIter, "maxIter");
    if (maxEval !== null) checkFrom0(maxEval, "maxEval");
    checkFrom0(historySize, "historySize");
    checkFlags({ maximize });
    if (lineSearchFn === null || lineSearchFn === "strong_wolfe") return;
    throw new RangeError(`only 'strong_wolfe' is supported, got ${describeValue(lineSearchFn)}`);
  }

  /** @internal */
  protected override checkState(): void {
    // Its tensors are of all parameters together.
  }

  /** @internal */
  protected override takeStep<L = undefined>(closure?: () => L): L | undefined {
    const evaluate = (): L => evaluated("LBFGS", closure!);
    if (this.parameters.length === 0) return evaluate();
    const result = evaluate();
    const place = { loss: this.signed(result), grad: this.flatGrad() };
    this.memory().funcEvals += 1;
    if (!(largest(place.grad) <= this.group.toleranceGrad)) {
      withGradMode(false, () => {
        this.iterate(place, evaluate);
      });
    }
    return result;
  }

  /** As torch, under the first parameter; a tidy that is open now does not free what is put there. */
  private memory(): Memory {
    return this.stateOf(this.parameters[0], { funcEvals: () => 0, nIter: () => 0 }) as unknown as Memory;
  }

  private get group(): LBFGSOptions {
    return this.paramGroups[0];
  }
  private get parameters(): readonly Tensor[] {
    return this.paramGroups[0].params;
  }

  /** The loss as one that is minimised. */
  private signed(loss: unknown): number {
    return Number(loss instanceof Tensor ? loss.item() : loss) * (this.group.maximize ? -1 : 1);
  }

  /** The gradients of all parameters one after the other, 0 where there is none. */
  private flatGrad(): Tensor {
    return withGradMode(false, () =>
      tidy(() => {
        const flat = cat(this.parameters.map((x) => (x.grad?.detach() ?? x.detach().zeros()).reshape(-1)));
        return this.group.maximize ? flat.neg() : flat.clone();
      }),
    );
  }

  /** Adds t times the direction to the parameters. */
  private move(t: number, direction: Tensor): void {
    let offset = 0;
    for (const x of this.parameters) {
      x.add_(direction.narrow(0, offset, x.numel()).reshape(x.shape), { alpha: t });
      offset += x.numel();
    }
  }

  private iterate(place: Place, evaluate: () => unknown): void {
    const memory = this.memory();
    const { maxIter, lr, lineSearchFn, toleranceGrad, toleranceChange } = this.group;
    const mostEvaluations = this.group.maxEval ?? Math.floor((maxIter * 5) / 4);
    let evaluations = 1;
    for (let n = 1; n <= maxIter; n++) {
      memory.nIter++;
      tidy(() => {
        this.aim(place.grad);
      });
      memory.prevFlatGrad = place.grad;
      memory.prevLoss = place.loss;
      const first = Math.min(1, 1 / Number(place.grad.abs().sum().item())) * lr;
      memory.t = memory.nIter === 1 ? first : lr;
      const slope = dot(place.grad, memory.d);
      if (slope > -toleranceChange) return;
      let used = 0;
      if (lineSearchFn !== null) {
        const found = this.search(place, slope, mostEvaluations - evaluations, evaluate);
        used = found.evaluations;
        memory.t = found.point.t;
        place = { loss: found.point.value, grad: found.point.grad };
        this.move(memory.t, memory.d);
      } else {
        this.move(memory.t, memory.d);
        if (n !== maxIter) {
          place = { loss: this.signed(evaluate()), grad: this.flatGrad() };
          used = 1;
        }
      }
      evaluations += used;
      memory.funcEvals += used;
      if (evaluations >= mostEvaluations || largest(place.grad) <= toleranceGrad) return;
      if (largest(memory.d.mul(memory.t)) <= toleranceChange) return;
      if (Math.abs(place.loss - memory.prevLoss) < toleranceChange) return;
    }
  }

  /** The direction of the next iteration: the two loops of L-BFGS. */
  private aim(grad: Tensor): void {
    const memory = this.memory();
    if (memory.nIter === 1) {
      Object.assign(memory, { d: grad.neg(), oldDirs: [], oldStps: [], ro: [], HDiag: 1 });
      return;
    }
    const y = grad.sub(memory.prevFlatGrad);
    const s = memory.d.mul(memory.t);
    const ys = dot(y, s);
    if (ys > 1e-10) {
      const kept = memory.oldDirs.length === this.group.historySize ? 1 : 0;
      memory.oldDirs = [...memory.oldDirs.slice(kept), y];
      memory.oldStps = [...memory.oldStps.slice(kept), s];
      memory.ro = [...memory.ro.slice(kept), 1 / ys];
      memory.HDiag = ys / dot(y, y);
    }
    const { oldDirs, oldStps, ro } = memory;
    const q = grad.neg();
    const al: number[] = [];
    for (let i = oldDirs.length - 1; i >= 0; i--) {
      al[i] = dot(oldStps[i], q) * ro[i];
      q.add_(oldDirs[i], { alpha: -al[i] });
    }
    const r = q.mul(memory.HDiag);
    oldDirs.forEach((change, i) => {
      r.add_(oldStps[i], { alpha: al[i] - dot(change, r) * ro[i] });
    });
    memory.d = r;
  }

  /** A point along the direction that is good enough; the parameters are where they were before. */
  private search(
    { loss, grad }: Place,
    slope: number,
    mostEvaluations: number,
    evaluate: () => unknown,
  ): { readonly point: Point; readonly evaluations: number } {
    const { d, t } = this.memory();
    const before = this.parameters.map((x) => x.detach().clone());
    const grads: Tensor[] = [];
    const found = strongWolfe({
      start: { t: 0, value: loss, grad, slope },
      step: t,
      reach: largest(d),
      mostEvaluations,
      evaluate: (t) => {
        this.move(t, d);
        const value = this.signed(evaluate());
        const flat = this.flatGrad();
        grads.push(flat);
        this.parameters.forEach((x, i) => x.copy_(before[i]));
        return { t, value, grad: flat, slope: dot(flat, d) };
      },
    });
    for (const x of [...before, ...grads]) if (x !== found.point.grad) x.dispose();
    return found;
  }
}
