/**
 * The losses of typed arrays: in the linear memory and elsewhere, in place, over each other, in
 * parts.
 */
import * as arrays from "lossgrad/arrays";
import { allocate } from "lossgrad/arrays";
import { fit, FLOATS, INTEGERS, type RealDType } from "../../ndarray/naive.js";
import type { Value } from "../../support/kernels.js";
import { type Loss, LOSSES, parameterOf, rowOf } from "../../support/losses.js";
import type { FloatDType } from "../../support/rational.js";
import { complaintOf } from "../../support/junk.js";
import { difference, isFloat, Model, promote } from "../model.js";
import { arrayOver, type NumberArray, numbersIn, SIZES, store } from "../numbers.js";
import { Failure, type HeldArray, type World } from "../world.js";
import { flood, grow } from "./moves.js";
import {
  type Case,
  checkReduced,
  elementwise,
  PARAMETERS,
  type Reduction,
  REDUCTIONS,
  slopes,
} from "./losses.js";

const LENGTHS = [0, 1, 2, 7, 16, 31, 33, 64, 100, 255, 512, 1000, 1025];

type Tagged = NumberArray & { dtype?: string };
type AnyLoss = ((x: unknown, y: unknown, options: object) => unknown) & {
  valueAndGrad: (x: unknown, y: unknown, options: object) => { value: unknown; grad: unknown };
};

const CALLS = arrays as unknown as Readonly<Record<Loss, AnyLoss>>;

/** An array of halves says what its bits are. */
function tagged(data: NumberArray, dtype: RealDType): NumberArray {
  const half = dtype === "float16" || dtype === "bfloat16";
  if (!half || (data as Tagged).dtype !== undefined || !(data instanceof Uint16Array)) return data;
  return Object.defineProperty(data, "dtype", { value: dtype });
}

function newArray(world: World, dtype: RealDType, n: number): HeldArray {
  const { random } = world;
  const inside = random.chance(0.5);
  const data = inside ? (allocate(dtype as "float32", n) as NumberArray) : elsewhere(world, dtype, n);
  const model = Model.of(dtype, [n], world.values(dtype, n));
  store(data, dtype, model.values);
  return world.holdArray(tagged(data, dtype), model);
}

/** Over a buffer of its own, shared or not, somewhere in its middle. */
function elsewhere(world: World, dtype: RealDType, n: number): NumberArray {
  const size = SIZES[dtype];
  const lead = world.random.integer(0, 3) * size;
  const Buffer = world.random.chance(0.3) ? SharedArrayBuffer : ArrayBuffer;
  return arrayOver(dtype, new Buffer(lead + n * size), lead, n);
}

const alive = (world: World, { data, model }: HeldArray): boolean =>
  data.length === model.numel && (world.shared || data.length > 0 || model.numel === 0);

function operandLike(world: World, n: number | null, dtypes: readonly RealDType[]): HeldArray {
  const { random } = world;
  const fits = world.arrays.filter(
    (held) =>
      alive(world, held) && dtypes.includes(held.model.dtype) && (n === null || held.model.numel === n),
  );
  if (fits.length > 0 && random.chance(0.7)) return random.pick(fits);
  return newArray(world, random.pick(dtypes), n ?? random.pick(LENGTHS));
}

/** A part of an array, which shares its elements. */
export function part(world: World): void {
  const { random } = world;
  const { data, model } = operandLike(world, null, FLOATS);
  const start = random.integer(0, model.numel);
  const end = random.integer(start, model.numel);
  world.say(`subarray ${start} to ${end} of ${model.dtype} ${model.numel}`);
  const view = data.subarray(start, end);
  world.holdArray(tagged(view, model.dtype), model.view([end - start], model.index.slice(start, end)));
}

function settings(world: World): {
  loss: Case["loss"];
  reduction: Reduction;
  parameter: number;
  options: { reduction: Reduction };
} {
  const { random } = world;
  const loss = random.pick(LOSSES);
  const reduction = random.pick(REDUCTIONS);
  const parameter = rowOf(loss).parameter ? random.pick(PARAMETERS) : 0;
  return { loss, reduction, parameter, options: { reduction, ...parameterOf(loss, parameter) } };
}

function computed(x: Model, y: Model): FloatDType {
  const floating = isFloat(x.dtype) || isFloat(y.dtype);
  return (floating ? promote(x.dtype, y.dtype) : "float64") as FloatDType;
}

const inDType = (model: Model, dtype: RealDType): number[] =>
  model.values.map((value) => Number(fit(dtype, value)));

/** A loss of two arrays with random settings, and the options that say so. */
function caseOf(world: World, x: Model, y: Model): { which: Case; options: { reduction: Reduction } } {
  const { options, ...chosen } = settings(world);
  const dtype = computed(x, y);
  return { which: { ...chosen, dtype, x: inDType(x, dtype), y: inDType(y, dtype) }, options };
}

/**
 * What the loss gives of arrays that are not what they seem: a result, or an error that says
 * something.
 */
function checkStrange(world: World, which: Case, [x, y]: readonly Model[], call: () => unknown): void {
  let found: unknown;
  try {
    found = call();
  } catch (error) {
    if (complaintOf(error)) throw error;
    return;
  }
  checkResult(world, which, x, y, found);
}

/**
 * `options` whose reduction is read by a getter that does something else in the middle of the call.
 */
function interrupted(world: World, options: { reduction: Reduction }): object {
  const { random } = world;
  const meanwhile = random.pick([value, write, flood, grow] as const);
  const { reduction, ...others } = options;
  world.say(`  (a getter of the options does ${meanwhile.name})`);
  return {
    ...others,
    get reduction(): Reduction {
      meanwhile(world);
      return reduction;
    },
  };
}

/** Arrays that say of themselves what is not true: their numbers count, or they are refused. */
class Liar extends Float32Array {
  override get length(): number {
    return super.length + 3;
  }
  override get byteOffset(): number {
    return 0;
  }
}

export function liar(world: World): void {
  const { random } = world;
  const n = random.pick(LENGTHS);
  const [x, y] = [0, 1].map(() => Model.of("float32", [n], world.values("float32", n)));
  const lying = (numbers: number[]): Float32Array =>
    random.chance(0.5)
      ? Liar.from(numbers)
      : Object.defineProperty(Float32Array.from(numbers), "length", { value: n + random.integer(-1, 9) });
  const data = [x, y].map(({ numbers }) => lying(numbers));
  const { which, options } = caseOf(world, x, y);
  const { loss, reduction } = which;
  world.say(`arrays.${loss} ${reduction} of ${n} that lie`);
  const call = CALLS[loss];
  const other = random.chance(0.5) ? data[1] : Float32Array.from(y.numbers);
  checkStrange(world, which, [x, y], () => call(data[0], other, options));
}

interface GrowableBuffer extends SharedArrayBuffer {
  grow(bytes: number): void;
}

function growableBuffer(bytes: number, maxByteLength: number): GrowableBuffer {
  type Growable = new (bytes: number, options: { maxByteLength: number }) => GrowableBuffer;
  return new (SharedArrayBuffer as unknown as Growable)(bytes, { maxByteLength });
}

/** Views that follow the length of a growable buffer, which grows in the middle of the call. */
export function growable(world: World): void {
  const { random } = world;
  const n = random.pick([1, 7, 64, 512, 1000]);
  const x = Model.of("float32", [n], world.values("float32", n));
  const buffer = growableBuffer(4 * n, 8 * n);
  const data = new Float32Array(buffer);
  data.set(x.numbers);
  const { which, options } = caseOf(world, x, x);
  const { loss, reduction } = which;
  world.say(`arrays.${loss} ${reduction} of ${n} that grow`);
  const growing = {
    ...options,
    get reduction(): Reduction {
      buffer.grow(8 * n);
      return reduction;
    },
  };
  const call = CALLS[loss];
  checkStrange(world, which, [x, x], () => call(data, Float32Array.from(x.numbers), growing));
}

export function value(world: World): void {
  const dtypes: RealDType[] = world.random.chance(0.8) ? [...FLOATS] : [...INTEGERS];
  const x = operandLike(world, null, dtypes);
  const y = operandLike(world, x.model.numel, dtypes);
  const { which, options } = caseOf(world, x.model, y.model);
  const { loss, reduction } = which;
  if (rowOf(loss).inputDecidesDType && !isFloat(x.model.dtype)) return;
  world.say(`arrays.${loss} ${reduction} ${x.model.dtype} ${y.model.dtype} of ${x.model.numel}`);
  const asked = world.random.chance(0.05) ? interrupted(world, options) : options;
  const before = [x, y].map(({ model }) => model.values);
  let result: unknown;
  try {
    result = CALLS[loss](x.data, y.data, asked);
  } catch (error) {
    // Where memory is not shared, growth in the middle of the call detaches an operand.
    if (asked !== options && (error as Error).message.includes("detached")) return;
    throw error;
  }
  const same = [x, y].every(({ model }, i) => difference(model.values, before[i]) === null);
  if (same) checkResult(world, which, x.model, y.model, result);
}

function checkResult(world: World, which: Case, x: Model, y: Model, result: unknown): void {
  if (which.reduction !== "none") {
    checkReduced(result as number, which, which.dtype === "float64" ? "float64" : "float32");
    return;
  }
  const bytes = x.dtype === "uint8" && y.dtype === "uint8" && which.loss === "l1Loss";
  const dtype = bytes ? "uint8" : rowOf(which.loss).inputDecidesDType ? x.dtype : which.dtype;
  const values = elementwise(which).map((element) => fit(which.dtype, element));
  const held = { data: result as NumberArray, model: Model.of(dtype, x.shape, values) };
  world.checkArray("what the loss gave", { ...held, data: plain(held.data, dtype) });
}

/** Halves come as numbers where the engine has a Float16Array: then as they are. */
function plain(data: NumberArray, dtype: RealDType): NumberArray {
  const values = numbersIn(dtype, data);
  return values as unknown as NumberArray;
}

export function valueAndGrad(world: World): void {
  const x = operandLike(world, null, FLOATS);
  const y = operandLike(world, x.model.numel, FLOATS);
  const { which, options } = caseOf(world, x.model, y.model);
  const { loss, reduction } = which;
  const target = destination(world, x, y);
  const expected = slopes(which).map((slope) => fit(x.model.dtype, slope));
  const said = `arrays.${loss}.valueAndGrad ${reduction} ${x.model.dtype} ${y.model.dtype} of ${x.model.numel}`;
  world.say(
    `${said} grad ${target ? (target === x ? "replaces x" : target === y ? "replaces y" : "given") : "new"}`,
  );
  const overlap = target !== null && [x, y].some((operand) => inPart(target.model, operand.model));
  const call = (): ReturnType<AnyLoss["valueAndGrad"]> =>
    CALLS[loss].valueAndGrad(x.data, y.data, target ? { ...options, grad: target.data } : options);
  if (overlap) {
    refusesOverlap(call);
    return;
  }
  const { dtype, shape } = x.model;
  const { value: found, grad } = call();
  if (target) target.model.write(expected);
  else
    world.checkArray("a gradient", {
      data: plain(grad as NumberArray, dtype),
      model: Model.of(dtype, shape, expected),
    });
  checkResult(world, which, x.model, y.model, found);
  if (target) world.checkArray("a gradient", target);
}

/** Where the gradient goes: a new array, a given one, or an operand that it replaces. */
function destination(world: World, x: HeldArray, y: HeldArray): HeldArray | null {
  const kind = world.random.pick(["new", "given", "x", "y"] as const);
  if (kind === "new") return null;
  if (kind === "x") return x;
  if (kind === "y" && y.model.dtype === x.model.dtype) return y;
  return operandLike(world, x.model.numel, [x.model.dtype]);
}

/** Whether two models share some cells, but are not the same. */
function inPart(a: Model, b: Model): boolean {
  if (a.cells !== b.cells || a.numel === 0 || b.numel === 0) return false;
  const [first, last] = [Math.max(a.index[0], b.index[0]), Math.min(a.index.at(-1)!, b.index.at(-1)!)];
  return first <= last && !(a.index[0] === b.index[0] && a.numel === b.numel);
}

function refusesOverlap(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if ((error as Error).message.includes("overlaps")) return;
    throw error;
  }
  throw new Failure("a gradient that overlaps an operand in part was taken");
}

export function write(world: World): void {
  const held = operandLike(world, null, FLOATS);
  const { data, model } = held;
  world.say(`write an array of ${model.dtype} ${model.numel}`);
  const values: Value[] = world.values(model.dtype, model.numel);
  store(
    data,
    model.dtype,
    values.map((element) => fit(model.dtype, element)),
  );
  model.write(values);
}
