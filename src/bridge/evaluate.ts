/** Typed arrays as tensors, the loss of these, and its gradients in typed arrays. */
import { withGradMode } from "../autograd/mode.js";
import { memory } from "../core/memory.js";
import { operate } from "../core/operation.js";
import { scope } from "../core/scope.js";
import { contiguous, convert } from "../ndarray/elementwise.js";
import type { ForeignArray } from "../ndarray/foreign.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { grad as gradientsOf } from "../tensor/autograd.js";
import { fromTyped, outsideOfMemory } from "../tensor/data.js";
import { Tensor } from "../tensor/tensor.js";
import { checkOut, destinationFor } from "../typed/destination.js";
import { checkApart } from "../typed/fused-evaluate.js";
import { elementsOf, type ReadOperand } from "../typed/operands.js";
import type { BridgeRequest } from "./request.js";

/** A number, or for "none" what was written to. */
export function evaluateBridge(request: BridgeRequest): unknown {
  const { row, reduction, out } = request;
  checkOut(row.name, reduction, out);
  return alone(() => {
    const value = withGradMode(false, () => lossOf(request, tensorsOf(request)));
    return resultOf(request, value);
  });
}

/** The value, and the gradients in their order. */
export function evaluateBridgeWithGradients(request: BridgeRequest): { value: unknown; grads: unknown[] } {
  const { row, operands, gradients } = request;
  const destinations = gradients.map(({ index, word, given }) =>
    destinationFor(row.name, word, given, operands[index].dtype, operands[index], operands),
  );
  checkApart({ caller: row.name, gradients }, destinations);
  const places = destinations.map((destination) => elementsOf(destination, memory()));
  return alone(() => {
    const tensors = tensorsOf(request);
    const leaves = gradients.map(({ index }) => tensors.operands[index].requiresGrad_());
    const loss = withGradMode(true, () => lossOf(request, tensors));
    const found = slopesOf(loss, leaves);
    const value = resultOf(request, loss);
    found.forEach((slopes, i) => {
      if (!slopes) throw unreached(request, gradients[i].index);
    });
    found.forEach((slopes, i) => {
      write(slopes!.nd, places[i]);
    });
    return { value, grads: destinations.map(({ result }) => result) };
  });
}

/** Runs `fn` and frees all tensors that it makes. */
function alone<T>(fn: () => T): T {
  return scope(fn, () => []);
}

/** What the loss is called with. */
interface Tensors {
  /** The operands, of their own dtypes. */
  readonly operands: readonly Tensor[];
  readonly weight: Tensor | null;
  readonly mask: Tensor | null;
}

/** All that is read leaves the linear memory before this may grow. */
function tensorsOf({ operands, shapes, weight, mask }: BridgeRequest): Tensors {
  const besides = [weight, mask].filter((given) => given !== null);
  const all = [...operands, ...besides.map(({ operand }) => operand)];
  const sizes = [...shapes, ...besides.map(({ shape }) => shape)];
  const sources = all.map(({ data, dtype }) =>
    outsideOfMemory({ data, own: dtype, pairs: false, fallback: dtype }),
  );
  const tensors = sources.map(
    (source, i) => new Tensor(fromTyped(source, source.fallback).reshaped(sizes[i])),
  );
  const count = operands.length;
  return {
    operands: tensors.slice(0, count),
    weight: weight && tensors[count],
    mask: mask && tensors[tensors.length - 1],
  };
}

function lossOf({ row, dtype, reduction, own, plain }: BridgeRequest, tensors: Tensors): Tensor {
  const { operands, weight, mask } = tensors;
  const converted = operands.map((x, i) => (row.operands[i].isLabel ? x : x.to(dtype)));
  const options = { ...own, reduction, mask, weight: weight?.to(dtype) ?? null };
  return row.loss(...converted, ...plain, options);
}

/** The gradients of the loss, or of the sum of the losses; null where none reaches an operand. */
function slopesOf(loss: Tensor, leaves: readonly Tensor[]): (Tensor | null)[] {
  if (!loss.requiresGrad) return leaves.map(() => null);
  const { nd } = loss.onesLike();
  return gradientsOf(loss, leaves, { gradOutputs: new Tensor(nd), allowUnused: true });
}

function unreached({ row, operands }: BridgeRequest, index: number): TypeError {
  return new TypeError(
    `${row.name}: expected an operand that the loss has a gradient by, got ${operands[index].word}, which has none`,
  );
}

/** A number, or an array with an element for each part. */
function resultOf({ row, reduction, operands, out: given }: BridgeRequest, { nd }: Tensor): unknown {
  if (reduction !== "none") return Number(nd.item());
  const like: ReadOperand = { ...operands[0], length: nd.numel };
  const out = destinationFor(row.name, "out", given, nd.dtype, like, operands);
  write(nd, elementsOf(out, memory()));
  return out.result;
}

/** Writes the elements of a tensor to an array, in the dtype that this one has. */
function write(nd: NdArray, to: ForeignArray): void {
  const from = contiguous(convert(nd, to.dtype));
  operate(() => {
    to.copyFrom(from.address(), 0, from.numel);
  });
}
