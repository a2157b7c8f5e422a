/** All kinds of calls, and how often each is made. */
import type { World } from "../world.js";
import * as arrays from "./arrays.js";
import * as changes from "./in-place.js";
import { hostile } from "./hostile.js";
import { backward, loss } from "./losses.js";
import * as memory from "./memory.js";
import { flood, grow } from "./moves.js";
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
  flood: [0.3, flood],
  grow: [0.1, grow],
  threads: [0.2, memory.threads],
  large: [0.2, memory.large],
  huge: [0.01, memory.huge],
  liar: [1, arrays.liar],
  growable: [1, arrays.growable],
};

/** How often each kind of call is made, but for those left out. */
export function weightsWithout(leftOut: readonly string[]): Record<string, number> {
  const entries = Object.entries(CALLS).filter(([name]) => !leftOut.includes(name));
  return Object.fromEntries(entries.map(([name, [weight]]) => [name, weight]));
}
