/**
 * The set for typed arrays: the losses of "lossgrad/arrays", with operands in the linear memory or
 * elsewhere.
 */
import * as arrays from "lossgrad/arrays";
import { allocate, type AllocatedArrays, fuse, LossAccumulator } from "lossgrad/arrays";
import type { DType } from "lossgrad";
import type { Emit, Group } from "./digest.js";
import { elements } from "./operands.js";
import type { Elements } from "./operands.js";
import { TEXTS } from "./texts.js";
import { BLOCK, drawsOf, FLOATS, INTEGERS, LOSSES, operandsOf, parametersFor, WEIGHTED } from "./tensors.js";
import type { Draw, Loss } from "./tensors.js";

/**
 * Where arrays lie: anywhere, and copied through windows; or in the linear memory, and read in
 * place.
 */
export type Place = "foreign" | "in place";
export const PLACES: readonly Place[] = ["foreign", "in place"];

type Options = Record<string, unknown>;
interface ArrayLoss {
  (prediction: unknown, target: unknown, options: Options): unknown;
  valueAndGrad(prediction: unknown, target: unknown, options: Options): { value: unknown; grad: unknown };
}

const losses = arrays as unknown as Readonly<Record<Loss, ArrayLoss>>;

/** An array as the losses take it, and the bytes that it shows. */
interface Operand {
  readonly operand: unknown;
  readonly view: ArrayBufferView;
}

/** `elements` where the losses are to find them. */
function put(elements: Elements, dtype: DType, place: Place): Operand {
  if (place === "foreign") {
    const half = dtype === "float16" || dtype === "bfloat16";
    return { operand: half ? { data: elements, dtype } : elements, view: elements };
  }
  const array = allocate(dtype as keyof AllocatedArrays, elements.length) as ArrayBufferView;
  bytesOf(array).set(bytesOf(elements));
  return { operand: array, view: array };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

interface Operands {
  readonly x: Operand;
  readonly y: Operand;
  readonly weight: Operand;
  /** Ones and zeros. */
  readonly mask: Operand;
  /** Written by every loss. */
  readonly out: Operand;
  readonly grad: Operand;
}

const placed = new Map<string, Operands>();

/** Placed once for all losses: nothing would free them before this ends. */
function operandsAt(draw: Draw, place: Place): Operands {
  const { dtype, kind, n } = draw;
  const key = `${place} ${dtype} ${kind} ${n}`;
  const known = placed.get(key);
  if (known) return known;
  const { input, target, third } = operandsOf(draw);
  const at = (elements: Elements): Operand => put(elements, dtype, place);
  const fresh = {
    x: at(input),
    y: at(target),
    weight: at(third),
    mask: put(maskOf(n), "uint8", place),
    out: at(third.slice()),
    grad: at(third.slice()),
  };
  placed.set(key, fresh);
  return fresh;
}

/** Ones and zeros, about as many of each. */
function maskOf(n: number): Elements {
  return Uint8Array.from(elements("uint8", "extreme", n, n + 3) as Uint8Array, (byte) => Number(byte < 128));
}

const NUMBER: DType = "float64";

/** Values, and gradients with respect to the prediction, by every reduction. */
function emitLoss(
  emit: Emit,
  dtype: DType,
  loss: ArrayLoss,
  at: Operands,
  options: Options,
  target: unknown,
): void {
  const { x, out, grad } = at;
  loss(x.operand, target, { ...options, reduction: "none", out: out.operand });
  emit(dtype, out.view);
  for (const reduction of ["mean", "sum"]) {
    const value = loss(x.operand, target, { ...options, reduction }) as number;
    const both = loss.valueAndGrad(x.operand, target, { ...options, reduction, grad: grad.operand });
    emit(NUMBER, Float64Array.of(value, both.value as number));
    emit(dtype, grad.view);
  }
}

function lossGroup(name: Loss, dtype: DType, place: Place): Group {
  const steps = drawsOf(dtype).map((draw) => (emit: Emit) => {
    const at = operandsAt(draw, place);
    for (const options of parametersFor(name, draw.n)) {
      emitLoss(emit, dtype, losses[name], at, options, at.y.operand);
    }
    emitLoss(emit, dtype, losses[name], at, {}, 0.3);
    if ((WEIGHTED as readonly Loss[]).includes(name)) {
      emitLoss(emit, dtype, losses[name], at, { weight: at.weight.operand }, at.y.operand);
    }
    if (draw.n <= BLOCK + 1) emitLoss(emit, dtype, losses[name], at, { mask: at.mask.operand }, at.y.operand);
  });
  return { name: `arrays ${name} ${dtype}`, steps };
}

/** A fused function as plain JavaScript calls it. */
interface AnyFused {
  (...args: unknown[]): unknown;
  valueAndGrad(...args: unknown[]): { value: unknown; grads: ArrayBufferView[] };
}

const FUSED = TEXTS.map((row) => ({
  ...row,
  fused: fuse(row.text as unknown as Parameters<typeof fuse>[0], row.options) as unknown as AnyFused,
}));

/** The elements of an array, which halves carry as their bits. */
function viewOf(result: unknown): ArrayBufferView {
  return ArrayBuffer.isView(result) ? result : (result as { data: ArrayBufferView }).data;
}

/**
 * Values, and the gradients of all operands, by every reduction; those that a mask keeps as well.
 */
function fusedGroup(dtype: DType, place: Place): Group {
  const steps = drawsOf(dtype).map((draw) => (emit: Emit) => {
    const { x, y, weight, mask } = operandsAt(draw, place);
    // More than two blocks only show how blocks are divided among threads.
    for (const { fused, arity, values } of draw.n > BLOCK + 1 ? FUSED.slice(-1) : FUSED) {
      const operands = [x, y, weight].slice(0, arity).map(({ operand }) => operand);
      for (const options of [values, { ...values, mask: mask.operand }]) {
        emit(dtype, viewOf(fused(...operands, { ...options, reduction: "none" })));
        for (const reduction of ["mean", "sum"]) {
          const grads = operands.map(() => true);
          const both = fused.valueAndGrad(...operands, { ...options, reduction, grads });
          const value = fused(...operands, { ...options, reduction });
          emit(NUMBER, Float64Array.of(value as number, both.value as number));
          for (const grad of both.grads) emit(dtype, viewOf(grad));
        }
      }
    }
  });
  return { name: `arrays fuse ${dtype}`, steps };
}

/** The canonical bytes of accumulators, which a mask leaves elements out of. */
function accumulatorGroup(dtype: DType, place: Place): Group {
  const steps = drawsOf(dtype).map((draw) => (emit: Emit) => {
    const { x, y, mask } = operandsAt(draw, place);
    const total = new LossAccumulator("l1Loss");
    for (const options of [{}, { mask: mask.operand }]) {
      total.update(x.operand as Float32Array, y.operand as Float32Array, options as object);
    }
    emit("uint8", total.toBytes());
  });
  return { name: `arrays accumulator ${dtype}`, steps };
}

/** Integers have float64 means and sums, and no gradient. */
function integerGroup(dtype: DType, place: Place): Group {
  const steps = drawsOf(dtype).map((draw) => (emit: Emit) => {
    const { x, y } = operandsAt(draw, place);
    const values = (Object.keys(LOSSES) as Loss[]).flatMap((name) =>
      ["mean", "sum"].map((reduction) => losses[name](x.operand, y.operand, { reduction }) as number),
    );
    emit(NUMBER, Float64Array.from(values));
  });
  return { name: `arrays losses ${dtype}`, steps };
}

/** Everything that is hashed of arrays. */
export function arrayGroups(place: Place): Group[] {
  return [
    ...FLOATS.flatMap((dtype) =>
      (Object.keys(LOSSES) as Loss[]).map((name) => lossGroup(name, dtype, place)),
    ),
    ...FLOATS.map((dtype) => fusedGroup(dtype, place)),
    ...FLOATS.map((dtype) => accumulatorGroup(dtype, place)),
    ...INTEGERS.map((dtype) => integerGroup(dtype, place)),
  ];
}
