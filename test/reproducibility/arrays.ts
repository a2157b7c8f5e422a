/** The set for typed arrays: the losses of "lossgrad/arrays", with operands in the linear memory or elsewhere. */
import * as arrays from "lossgrad/arrays";
import { allocate, type AllocatedArrays } from "lossgrad/arrays";
import type { DType } from "lossgrad";
import type { Emit, Group } from "./digest.js";
import type { Elements } from "./operands.js";
import { drawsOf, FLOATS, INTEGERS, LOSSES, operandsOf, parametersFor, WEIGHTED } from "./tensors.js";
import type { Draw, Loss } from "./tensors.js";

/** Where arrays lie: anywhere, and copied through windows; or in the linear memory, and read in place. */
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
    out: at(third.slice()),
    grad: at(third.slice()),
  };
  placed.set(key, fresh);
  return fresh;
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
  });
  return { name: `arrays ${name} ${dtype}`, steps };
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
    ...INTEGERS.map((dtype) => integerGroup(dtype, place)),
  ];
}
