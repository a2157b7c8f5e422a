/** Changes in place, through views and by way of `array()`. */
import { fit, REALS } from "../../ndarray/naive.js";
import type { promote } from "../model.js";
import { broadcastShape, isFloat, resultType } from "../model.js";
import { store } from "../numbers.js";
import type { Held, World } from "../world.js";
import { allowed, binaryModel, describe, SCALARS } from "./operations.js";

const NAMES = ["add", "sub", "mul", "div"] as const;

function writable(world: World): Held {
  return world.tensorOf(
    ({ tensor, model }) => !tensor.requiresGrad && model.writable,
    () => world.fresh(world.random.pick(REALS), world.shape()),
  );
}

/** Whether a result of `from` may be written to a tensor of `to`, as torch casts. */
function castable(from: Parameters<typeof promote>[0], to: Parameters<typeof promote>[0]): boolean {
  if (from === "bool" || to === from) return true;
  return to !== "bool" && (isFloat(to) || !isFloat(from));
}

export function change(world: World): void {
  const { random } = world;
  const { tensor, model } = writable(world);
  const name = random.pick(NAMES);
  const other = random.chance(0.4)
    ? null
    : world.tensorOf(
        (held) => broadcastShape(held.model.shape, model.shape)?.join() === model.shape.join(),
        () => world.fresh(model.dtype, model.shape),
      );
  if (other?.tensor.requiresGrad) return;
  const number = random.pick(SCALARS);
  const operand = other ? other.model : number;
  const common = resultType([model, operand]);
  const result = name === "div" && !isFloat(common) ? "float32" : common;
  if (!allowed(name, [model, operand]) || !castable(result, model.dtype)) return;
  world.say(`${name}_ ${describe(model)} ${describe(operand)}`);
  const { values } = binaryModel(name, model, operand);
  tensor[`${name}_`](other ? other.tensor : number);
  model.write(values);
}

export function fill(world: World): void {
  const { random } = world;
  const { tensor, model } = writable(world);
  const value = random.pick([0, 1, 2, 3]);
  world.say(`fill_ ${describe(model)}`);
  tensor.fill_(value);
  model.write(model.values.map(() => value));
}

export function copy(world: World): void {
  const { tensor, model } = writable(world);
  const source = world.tensorOf(
    (held) =>
      !held.tensor.requiresGrad &&
      broadcastShape(held.model.shape, model.shape)?.join() === model.shape.join(),
    () => world.fresh(model.dtype, model.shape),
  );
  world.say(`copy_ ${describe(model)} ${describe(source.model)}`);
  const { values } = source.model.broadcast(model.shape);
  tensor.copy_(source.tensor);
  model.write(values);
}

/** Takes a view from `array()`, and keeps it for longer than the tensor. */
export function look(world: World): void {
  const { tensor, model } = writable(world);
  const contiguous = model.index.every((cell, i) => i === 0 || cell === model.index[i - 1] + 1);
  if (!contiguous || !isContiguous(world, tensor)) return;
  world.say(`array ${describe(model)}`);
  world.views.push({ data: tensor.array<never>(), model });
}

function isContiguous(world: World, tensor: Held["tensor"]): boolean {
  try {
    tensor.array();
    return true;
  } catch {
    world.say("  (not contiguous)");
    return false;
  }
}

/** Writes through such a view. */
export function writeThrough(world: World): void {
  const { random, views } = world;
  if (views.length === 0) return;
  const { data, model } = random.pick(views);
  if (data.length === 0) return;
  world.say(`write through a view of ${describe(model)}`);
  const values = world.values(model.dtype, model.numel).map((value) => fit(model.dtype, value));
  store(data, model.dtype, values);
  model.write(values);
}
