/** What moves memory about: floods of results, growth, scopes, disposal, threads. */
import { F, full, memoryStats, setNumThreads, tidy } from "lossgrad";
import { binaryModel, describe } from "./operations.js";
import { flood, grow } from "./moves.js";
import { evaluate, loss } from "./losses.js";
import { isFloat, Model } from "../model.js";
import { Failure, type Held, type World } from "../world.js";

export function threads(world: World): void {
  if (!world.shared) return;
  const count = world.random.integer(1, 3);
  world.say(`setNumThreads ${count}`);
  setNumThreads(count);
}

export function dispose(world: World): void {
  if (world.tensors.length > 4) world.release(world.random.integer(0, world.tensors.length - 1));
}

/** A scope that makes results, and lets one of them out. */
export function scope(world: World): void {
  const x = world.tensorOf(
    ({ model }) => model.dtype !== "bool",
    () => world.fresh("float32", world.shape()),
  );
  world.say(`tidy ${describe(x.model)}`);
  const before = memoryStats().liveTensors;
  const result = tidy(() => {
    x.tensor.mul(2).add(1);
    return x.tensor.add(1);
  });
  const kept = memoryStats().liveTensors - before;
  // Of what is made here one tensor stays; what was spilled or a value may have been brought back
  // besides.
  if (kept > 2) throw new Failure(`tidy left ${kept} tensors, expected 1`);
  world.hold(result, binaryModel("add", x.model, 1));
}

/** A training step in a scope, whose gradient stays. */
export function step(world: World): void {
  const x = world.fresh("float32", [world.random.integer(1, 40)]);
  const leaf = x.tensor.clone().requiresGrad_();
  world.say(`steps in tidy ${describe(x.model)}`);
  for (let i = 0; i < 3; i++) {
    tidy(() => leaf.mul(2).sum().backward());
    const numbers = leaf.grad!.tolist() as number[];
    if (numbers.some((value) => value !== 2)) throw new Failure(`gradients ${numbers.join()}, expected 2`);
    leaf.grad = null;
  }
}

/** Operands of more than 115,000 elements, which threads share. */
export function large(world: World): void {
  const { random } = world;
  const length = random.integer(115_000, 200_000);
  const dtype = random.pick(["float32", "float64"] as const);
  const long = ({ model }: Held): boolean => model.numel >= 115_000 && isFloat(model.dtype);
  const x = world.tensorOf(long, () => world.fresh(dtype, [length]));
  const y = world.fresh(x.model.dtype, x.model.shape);
  const which = {
    loss: random.pick(["l1Loss", "mseLoss"] as const),
    dtype: x.model.dtype as "float32",
    reduction: random.pick(["mean", "sum", "none"] as const),
    parameter: 0,
    x: x.model.numbers,
    y: y.model.numbers,
  };
  evaluate(world, which, x, y, { reduction: which.reduction });
}

/**
 * Operands and results of more than 64 MiB, which are spilled one by one. Every element is alike:
 * no model holds them.
 */
export function huge(world: World): void {
  if (!world.shared) return;
  // Four times that is a float32.
  const length = (1 << 24) + 1024 * world.random.integer(1, 9);
  world.say(`losses of ${length}`);
  const [x, y] = [full([length], 3), full([length], 1)];
  x.requiresGrad_();
  for (let i = 0; i < 3; i++) y.add(i);
  const terms = F.mseLoss(x, y, { reduction: "none" });
  terms.sum().backward();
  for (const [found, expected] of [
    [terms, 4],
    [x.grad!, 4],
    [y, 1],
  ] as const) {
    const numbers = found.detach();
    if (numbers.sum().item() !== expected * length)
      throw new Failure(`a sum, expected ${expected} · ${length}`);
  }
  for (const gone of [x.grad!, terms, x, y]) gone.dispose();
}

/**
 * Options with a getter that moves memory about, or lets go of an operand, in the middle of the
 * call.
 */
export function getter(world: World): void {
  const { random } = world;
  const x = world.fresh("float32", [random.pick([3, 100, 5000])]);
  const y = world.fresh("float32", x.model.shape);
  const kind = random.pick(["flood", "grow", "loss", "dispose"] as const);
  const which = {
    loss: "mseLoss" as const,
    dtype: "float32" as const,
    reduction: random.pick(["mean", "sum", "none"] as const),
    parameter: 0,
    x: x.model.numbers,
    y: y.model.numbers,
  };
  world.say(`a getter that does ${kind}`);
  const options = {
    get reduction(): string {
      if (kind === "flood") flood(world);
      else if (kind === "grow") grow(world);
      else if (kind === "loss") loss(world);
      else x.tensor.dispose();
      return which.reduction;
    },
  };
  if (kind !== "dispose") {
    evaluate(world, which, x, y, options);
    return;
  }
  const at = world.tensors.findIndex(({ tensor }) => tensor === x.tensor);
  if (at >= 0) world.tensors.splice(at, 1);
  try {
    evaluate(world, which, x, y, options);
  } catch (error) {
    if (!(error as Error).message.includes("disposed") || (error as Error).message.includes("internal"))
      throw error;
  }
}

/** Collects garbage, and lets finalizers run. */
export async function collect(world: World): Promise<void> {
  world.say("collect garbage");
  globalThis.gc?.();
  await new Promise((resolve) => setImmediate(resolve));
}

/** What a finalizer freed is used again: numbers in it are wrong for whoever still looks there. */
export function reuse(world: World): void {
  const length = world.random.pick([4, 16, 64, 250]);
  world.say(`reuse ${length}`);
  for (let i = 0; i < 20; i++) world.make(Model.of("float32", [length], Array<number>(length).fill(-77)));
}
