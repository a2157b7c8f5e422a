/** The losses of tensors and their gradients, against the formulas. */
import { F, type Tensor } from "lossgrad";
import { fit, FLOATS } from "../../ndarray/naive.js";
import { LOSS_TWINS, lossOutput, lossTerms, type LossTag } from "../../assembly/twins/losses.js";
import type { Value } from "../../support/kernels.js";
import { type Loss, LOSSES, parameterOf, rowOf } from "../../support/losses.js";
import { errorInUlps, type FloatDType, sumUnits } from "../../support/rational.js";
import { isFloat, Model, promote } from "../model.js";
import { Failure, type Held, type World } from "../world.js";
import { floodOf } from "./moves.js";
import { describe } from "./operations.js";

export { LOSSES };
export type { Loss };
/** What the kernels of a loss are called by. */
const kernelOf = (loss: Loss): string => rowOf(loss).kernel;
/** Of few binary digits, so that no dtype rounds them. */
export const PARAMETERS = [1, 0.5, 2];
export type Reduction = "none" | "mean" | "sum";
export const REDUCTIONS: readonly Reduction[] = ["none", "mean", "sum"];

const TAGS: Readonly<Record<string, LossTag>> = {
  float16: "f16",
  bfloat16: "bf16",
  float32: "f32",
  float64: "f64",
};

/** How far a sum may be off: blocks are added pairwise (README). */
const ULPS = 4;

/** A loss of two lists of one length, computed in `dtype`. */
export interface Case {
  readonly loss: Loss;
  readonly dtype: FloatDType;
  readonly reduction: Reduction;
  readonly parameter: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export function elementwise({ loss, dtype, parameter, x, y }: Case): Value[] {
  return lossOutput(kernelOf(loss), "map", TAGS[dtype], x, y, { p: parameter, norm: 1, g: 1 });
}

/**
 * The gradient of the input for the upstream gradient 1; with x and y exchanged, that of the target
 * but for L1.
 */
export function slopes({ loss, dtype, reduction, parameter, x, y }: Case): Value[] {
  const n = reduction === "mean" ? x.length : 1;
  const factor = loss === "mseLoss" ? 2 : 1;
  const divided = dtype === "float64" ? 1 / n : Math.fround(1 / Math.fround(n));
  const each = LOSS_TWINS[kernelOf(loss)].slopeEach.includes(TAGS[dtype]);
  const norm =
    loss === "l1Loss" || each ? Number(fit(dtype, loss === "l1Loss" ? divided : factor / n)) : factor / n;
  const once = lossOutput(kernelOf(loss), "slope", TAGS[dtype], x, y, { p: parameter, norm, g: 1 });
  return once.map((value) => fit(dtype, value));
}

/** Throws where `found` is not the reduction of the terms. */
export function checkReduced(found: number, which: Case, resultDType: FloatDType): void {
  const { loss, dtype, reduction, parameter, x, y } = which;
  const terms = lossTerms(kernelOf(loss), TAGS[dtype], x, y, parameter);
  const n = reduction === "mean" ? terms.length : 1;
  const wrong = reducedError(found, terms, n, resultDType);
  if (wrong) throw new Failure(`${loss} ${reduction} of ${x.length} in ${dtype}: ${wrong}`);
}

function reducedError(found: number, terms: readonly number[], n: number, dtype: FloatDType): string | null {
  if (n === 0) return Number.isNaN(found) ? null : `${found}, expected NaN`;
  if (terms.some((term) => !Number.isFinite(term))) {
    const expected = terms.reduce((a, b) => a + b, 0);
    return Object.is(found, expected) ? null : `${found}, expected ${expected}`;
  }
  const error = errorInUlps(found, sumUnits(terms), dtype, n);
  return error <= ULPS ? null : `${found} is ${error} ULP off`;
}

/** Two tensors of one shape, of floating dtypes. */
function operands(world: World): [Held, Held] {
  const { random } = world;
  const floating = ({ model }: Held): boolean => isFloat(model.dtype);
  const x = world.tensorOf(floating, () => world.fresh(random.pick(FLOATS), world.shape()));
  const same = (other: Held): boolean => floating(other) && other.model.shape.join() === x.model.shape.join();
  return [x, world.tensorOf(same, () => world.fresh(random.pick(FLOATS), x.model.shape))];
}

function optionsOf(loss: Loss, reduction: Reduction, parameter: number): object {
  return { reduction, ...parameterOf(loss, parameter) };
}

function caseOf(world: World, x: Model, y: Model): Case {
  const { random } = world;
  const loss = random.pick(LOSSES);
  const dtype = promote(x.dtype, y.dtype) as FloatDType;
  const parameter = rowOf(loss).parameter ? random.pick(PARAMETERS) : 0;
  const inDType = (model: Model): number[] => model.values.map((value) => Number(fit(dtype, value)));
  return { loss, dtype, reduction: random.pick(REDUCTIONS), parameter, x: inDType(x), y: inDType(y) };
}

const call = (loss: Loss): ((x: Tensor, y: Tensor, options: object) => Tensor) => F[loss];

export function loss(world: World): void {
  const [x, y] = operands(world);
  const which = caseOf(world, x.model, y.model);
  evaluate(world, which, x, y, optionsOf(which.loss, which.reduction, which.parameter));
}

/** Calls the loss and holds what it gives against the formula. */
export function evaluate(world: World, which: Case, x: Held, y: Held, options: object): void {
  world.say(`${which.loss} ${which.reduction} ${describe(x.model)} ${describe(y.model)}`);
  const result = call(which.loss)(x.tensor, y.tensor, options);
  checkValue(world, which, x.model, result);
}

function checkValue(world: World, which: Case, x: Model, result: Tensor): void {
  const dtype = rowOf(which.loss).inputDecidesDType ? (x.dtype as FloatDType) : which.dtype;
  if (which.reduction === "none") {
    const inDType = elementwise(which).map((value) => fit(which.dtype, value));
    world.hold(result, Model.of(dtype, x.shape, inDType));
  } else checkReduced(result.item(), which, dtype);
}

/** A loss with gradients, and backward(). */
export function backward(world: World): void {
  const { random } = world;
  const [x, y] = operands(world);
  const both = random.integer(1, 3);
  const [a, b] = [leafOf(world, x, (both & 1) > 0), leafOf(world, y, (both & 2) > 0)];
  const which = caseOf(world, a.model, b.model);
  const { loss: name, reduction, parameter } = which;
  world.say(`${name} ${reduction} ${describe(a.model)} ${describe(b.model)} gradients of ${both}`);
  const result = call(name)(a.tensor, b.tensor, optionsOf(name, reduction, parameter));
  if (random.chance(0.3)) disturb(world);
  if (reduction === "none") result.sum().backward();
  else result.backward();
  if (both & 1) holdGradient(world, a, slopes(which));
  if (both & 2) holdGradient(world, b, targetSlopes(which));
}

/** L1's is the input's, negated; the others' is that of exchanged operands. */
function targetSlopes(which: Case): Value[] {
  if (which.loss === "l1Loss") return slopes(which).map((value) => -Number(value));
  return slopes({ ...which, x: which.y, y: which.x });
}

/** A copy of `held`, which requires grad if it is `wanted` to. */
function leafOf(world: World, { tensor, model }: Held, wanted: boolean): Held {
  const copy = tensor.detach().clone();
  const held = { tensor: copy, model: Model.of(model.dtype, model.shape, model.values) };
  if (wanted) copy.requiresGrad_();
  world.hold(copy, held.model);
  return held;
}

function holdGradient(world: World, { tensor, model }: Held, expected: readonly Value[]): void {
  const { grad } = tensor;
  if (!grad) throw new Failure(`${describe(model)} has no gradient`);
  world.hold(grad, Model.of(model.dtype, model.shape, expected));
}

/**
 * Results of others between forward and backward, which may push what was saved out of the memory.
 */
function disturb(world: World): void {
  world.say("  (results in between)");
  floodOf(1 << 14, 160);
}
