/**
 * Calls with whatever comes to hand: a result, or an error that says something; and nothing else
 * changes.
 */
import * as lossgrad from "lossgrad";
import { F, tensor } from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { complaint, JUNK } from "../../support/junk.js";
import { entries } from "../../support/public-interface.js";
import { Failure, type World } from "../world.js";

type Callable = (...args: unknown[]) => unknown;

const isCallable = (value: unknown): value is Callable => typeof value === "function";

/** Functions that change how the library works, or the run. */
const LEFT_OUT = ["setNumThreads", "onWarning", "manualSeed", "tidy", "noGrad", "init", "Tensor", "allocate"];

const FUNCTIONS: readonly (readonly [string, Callable])[] = [
  ...Object.entries(lossgrad),
  ...Object.entries(F),
  ...Object.entries(arrays).flatMap(([name, value]): [string, unknown][] => [
    [`arrays.${name}`, value],
    [`arrays.${name}.valueAndGrad`, (value as Partial<typeof arrays.l1Loss>).valueAndGrad],
  ]),
].filter(
  (entry): entry is [string, Callable] =>
    isCallable(entry[1]) && !LEFT_OUT.includes(entry[0].split(".").at(-1)!),
);

const METHODS: readonly string[] = entries
  .filter(({ name, kind }) => kind === "method" && /^Tensor\.\w+$/.test(name))
  .map(({ name }) => name.slice("Tensor.".length));

/** Sizes that would take all memory are for test/nn/hostile.test.ts, one by one. */
const SMALL = Object.entries(JUNK).filter(([, value]) => typeof value !== "number" || Math.abs(value) < 1e6);

const NUMBERS = [0, -0, 1, -1, 2, 0.5, NaN, Infinity, -Infinity];

function junk(world: World): unknown {
  const { random } = world;
  const kind = random.integer(0, 5);
  if (kind === 0) return random.pick(NUMBERS);
  if (kind === 1) return tensor([1, 2, 3]);
  if (kind === 2) return new Float32Array(random.integer(0, 4));
  if (kind === 3) return { reduction: random.pick(["sum", "none", "mean", "bad"]) };
  return random.pick(SMALL)[1];
}

export function hostile(world: World): void {
  const { random } = world;
  const args = Array.from({ length: random.integer(0, 4) }, () => junk(world));
  if (random.chance(0.5)) {
    const [name, call] = random.pick(FUNCTIONS);
    attempt(world, name, () => call(...args));
    return;
  }
  const name = random.pick(METHODS);
  const self = tensor([
    [1, 2],
    [3, 4],
  ]);
  attempt(world, `Tensor.${name}`, () => (self as unknown as Record<string, Callable>)[name](...args));
}

function attempt(world: World, name: string, call: () => unknown): void {
  world.say(`hostile ${name}`);
  const wrong = complaint(call);
  if (wrong) throw new Failure(`${name}: ${wrong}`);
}
