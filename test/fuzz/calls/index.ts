/** All kinds of calls, and how often each is made. */
import type { World } from "../world.js";
import * as arrays from "./arrays.js";
import * as changes from "./in-place.js";
import { hostile } from "./hostile.js";
import { backward, loss } from "./losses.js";
import * as memory from "./memory.js";
import * as operations from "./operations.js";

type Call = (world: World) => void | Promise<void>;

export const CALLS: Readonly<Record<string, readonly [weight: number, call: Call]>> = {
  binary: [10, operations.binary],
  unary: [4, operations.unary],
  convert: [4, operations.convert],
  reduce: [6, operations.reduce],
  view: [8, operations.view],
  change: [8, changes.change],
  fill: [1, changes.fill],
  copy: [3, changes.copy],
  look: [3, changes.look],
  writeThrough: [3, changes.writeThrough],
  loss: [12, loss],
  backward: [12, backward],
  part: [4, arrays.part],
  value: [12, arrays.value],
  valueAndGrad: [12, arrays.valueAndGrad],
  write: [3, arrays.write],
  hostile: [20, hostile],
  dispose: [4, memory.dispose],
  scope: [2, memory.scope],
  step: [1, memory.step],
  getter: [2, memory.getter],
  reuse: [2, memory.reuse],
  collect: [0.3, memory.collect],
  flood: [0.3, memory.flood],
  grow: [0.1, memory.grow],
  threads: [0.2, memory.threads],
  large: [0.2, memory.large],
};

export const WEIGHTS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(CALLS)
    .filter(([n]) => !(process.env.FUZZ_SKIP ?? "").split(",").includes(n))
    .map(([name, [weight]]) => [name, weight]),
);
