/**
 * A call of an indexing method as data, see test/fixtures/indexing.py, held against torch's answer.
 */
import { cat, F, onesLike, stack, tidy } from "lossgrad";
import type { Index, IndexList, Tensor } from "lossgrad";
import { differences } from "./compare.js";
import { leafOf } from "./wire.js";
import type { Expected, WireArray } from "./wire.js";

type Part = number | string | null | { leaf: number } | { list: IndexList };
interface Options {
  index?: Part[];
  value?: number;
  accumulate?: boolean;
  leaf?: boolean;
  dim?: number;
  start?: number;
  length?: number;
  at?: number;
  sizes?: number | number[];
  part?: number;
  pad?: number[];
  mode?: "constant" | "reflect" | "replicate";
}

export interface IndexingCase {
  leaves: (WireArray & { requires: boolean })[];
  call: [name: string, used: number[], options: Options];
  upstream?: WireArray;
}

export type IndexingAnswer =
  { value: Expected; gradients: (Expected | null)[]; node: string | null } | { error: string };

/**
 * Where our text differs from torch's. An index tensor is out of bounds for the dimension that it
 * stands for, not for the number of the index tensor; and what torch prints of a tensor in the
 * midst of an error is left out.
 */
const OWN_TEXTS: readonly (readonly [text: RegExp, common: string])[] = [
  [/^index (-?\d+) is out of bounds for dimension \d+ with/, "index $1 is out of bounds for dimension with"],
  [/^expand\(.*\}, size=\[.*?\]\): /, "expand: "],
];

function commonText(message: string): string {
  return OWN_TEXTS.reduce((text, [own, common]) => text.replace(own, common), message);
}

/** The differences from the answer; empty where they agree. */
export function checkIndexing(asked: IndexingCase, answer: IndexingAnswer): string[] {
  return tidy(() => {
    const leaves = asked.leaves.map((wire) => leafOf(wire, wire.requires));
    const before = leaves.map(String);
    let value: Tensor;
    try {
      value = call(asked.call, leaves);
    } catch (error) {
      const message = (error as Error).message;
      const changed = leaves.flatMap((leaf, i) =>
        String(leaf) === before[i] ? [] : [`leaves[${i}] changed`],
      );
      if ("error" in answer && commonText(message) === commonText(answer.error)) return changed;
      return [`error: ${message}, expected: ${"error" in answer ? answer.error : "a value"}`, ...changed];
    }
    if ("error" in answer) return [`no error, expected: ${answer.error}`];
    const found = differences("value", value, answer.value);
    const node = value.gradFn?.name ?? null;
    if (node !== answer.node) found.push(`gradFn: ${node}, expected ${answer.node}`);
    if (value.requiresGrad) value.backward(asked.upstream ? leafOf(asked.upstream) : onesLike(value));
    leaves.forEach((leaf, i) => {
      const expected = answer.gradients[i];
      if (expected) found.push(...differences(`leaves[${i}].grad`, leaf.grad, expected));
      else if (leaf.isLeaf && leaf.grad !== null) found.push(`leaves[${i}].grad: not null`);
    });
    return found;
  });
}

function call([name, used, options]: IndexingCase["call"], leaves: readonly Tensor[]): Tensor {
  const operands = used.map((i) => leaves[i]);
  const [x, y, z] = operands;
  const { dim = 0 } = options;
  switch (name) {
    case "at":
      return x.at(...(indexOf(options, leaves) as [Index, ...Index[]]));
    case "indexPut":
    case "indexPut_": {
      const target = options.leaf && x.requiresGrad ? x : x.clone();
      const { accumulate = false } = options;
      return target[name](indexOf(options, leaves), used.length > 1 ? y : options.value!, { accumulate });
    }
    case "maskedFill":
      return x.maskedFill(y, used.length > 2 ? z : options.value!);
    case "maskedFill_":
      return x.clone().maskedFill_(y, used.length > 2 ? z : options.value!);
    case "maskedSelect":
      return x.maskedSelect(y);
    case "indexSelect":
    case "gather":
      return x[name](dim, y);
    case "narrow":
      return x.narrow(dim, options.start!, options.length!);
    case "select":
      return x.select(dim, options.at!);
    case "cat":
      return cat(operands, dim);
    case "stack":
      return stack(operands, { dim });
    case "split":
    case "chunk": {
      const parts = x[name](options.sizes as number, dim);
      return parts[options.part! % parts.length];
    }
    case "pad":
      return F.pad(x, options.pad!, { mode: options.mode, value: options.value });
    default:
      throw new Error(`unknown call: ${name}`);
  }
}

function indexOf({ index = [] }: Options, leaves: readonly Tensor[]): Index[] {
  return index.map((part): Index => {
    if (typeof part !== "object" || part === null) return part as Index;
    return "leaf" in part ? leaves[part.leaf] : part.list;
  });
}
