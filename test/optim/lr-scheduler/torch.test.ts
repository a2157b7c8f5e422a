/** Schedules of learning rates against torch's, bit for bit (fixtures/schedules.py). */
import { onWarning, optim, tensor, type Tensor } from "lossgrad";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import text from "../../fixtures/schedules.json?raw";

type Bits = string;
/** The learning rate and the momentum of each group, after each epoch. */
type Seen = readonly (readonly (readonly [Bits, Bits])[])[];
type Options = Readonly<Record<string, unknown>>;
interface Case {
  readonly name: string;
  readonly options: Options;
  readonly seen: Seen;
}

const { cases, jumps, resumed, composed, plateaus } = JSON.parse(text) as {
  readonly cases: readonly (Case & { readonly rates: readonly number[]; readonly adam: boolean })[];
  readonly jumps: readonly (Case & { readonly epochs: readonly number[] })[];
  readonly resumed: readonly Case[];
  readonly composed: readonly {
    readonly name: string;
    readonly parts: readonly [string, Options][];
    readonly milestones: readonly number[] | null;
    readonly seen: Seen;
  }[];
  readonly plateaus: readonly (Omit<Case, "name"> & {
    readonly rates: readonly number[];
    readonly metrics: readonly Bits[];
  })[];
};

const LAMBDAS: Readonly<Record<string, (epoch: number) => number>> = {
  hyperbola: (epoch) => 1 / (epoch + 1),
  shrink: () => 0.9,
};

const view = new DataView(new ArrayBuffer(8));
function bits(value: number): Bits {
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}
function numberOf(digits: Bits): number {
  view.setBigUint64(0, BigInt(`0x${digits}`));
  return view.getFloat64(0);
}

const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

interface Group {
  lr: number;
  momentum?: number;
  betas?: readonly [number, number];
}
type AnyOptimizer = optim.lrScheduler.AnyOptimizer;
type Scheduler = optim.lrScheduler.LRScheduler<unknown[]>;

const leaf = (): Tensor => tensor([0], { requiresGrad: true });

function optimizerOf(rates: readonly number[], adam = false, more: object = {}): AnyOptimizer {
  const groups = rates.map((lr) => ({ params: leaf(), lr, ...more }));
  return adam ? new optim.Adam(groups) : new optim.SGD(groups, { momentum: 0.9 });
}

function optionsOf(options: Options): Options {
  const value = (one: unknown): unknown => (typeof one === "string" ? (LAMBDAS[one] ?? one) : one);
  return Object.fromEntries(
    Object.entries(options).map(([name, one]) => [
      camelCase(name),
      Array.isArray(one) ? one.map(value) : value(one),
    ]),
  );
}

function scheduleOf(name: string, options: Options, optimizer: AnyOptimizer): Scheduler {
  const schedule = optim.lrScheduler[name as "StepLR"];
  return new schedule(optimizer, optionsOf(options) as never);
}

function now({ paramGroups }: AnyOptimizer): (readonly [Bits, Bits])[] {
  return paramGroups.map((group: Group) => [bits(group.lr), bits(group.betas?.[0] ?? group.momentum!)]);
}

function run(optimizer: AnyOptimizer, scheduler: Scheduler, calls: readonly unknown[][]): Seen {
  const seen = [now(optimizer)];
  for (const call of calls) {
    scheduler.step(...call);
    expect(scheduler.getLastLr()).toEqual(optimizer.paramGroups.map(({ lr }) => lr));
    seen.push(now(optimizer));
  }
  return seen;
}
const steps = ({ length }: Seen): [][] => Array.from({ length: length - 1 }, () => []);

beforeAll(() => void onWarning(() => undefined));
afterAll(() => void onWarning(null));

describe("torch's bits", () => {
  it.each(cases)("$name, $options", ({ name, options, rates, adam, seen }) => {
    const optimizer = optimizerOf(rates, adam);
    expect(run(optimizer, scheduleOf(name, options, optimizer), steps(seen))).toEqual(seen);
  });

  it.each(jumps)("$name, $options at epochs $epochs", ({ name, options, epochs, seen }) => {
    const optimizer = optimizerOf([0.1]);
    const calls = epochs.map((epoch) => [epoch]);
    expect(run(optimizer, scheduleOf(name, options, optimizer), calls)).toEqual(seen);
  });

  it.each(resumed)("$name, $options from epoch 5 on", ({ name, options, seen }) => {
    const optimizer = optimizerOf([0.1], false, { initialLr: 0.4 });
    const schedule = scheduleOf(name, { ...options, lastEpoch: 4 }, optimizer);
    expect(run(optimizer, schedule, steps(seen))).toEqual(seen);
  });

  it.each(composed)("$name of $parts, at $milestones", ({ parts, milestones, seen }) => {
    const optimizer = optimizerOf([0.1, 0.3]);
    const schedulers = parts.map(
      ([part, options]) => scheduleOf(part, options, optimizer) as optim.lrScheduler.LRScheduler,
    );
    const { ChainedScheduler, SequentialLR } = optim.lrScheduler;
    const schedule = milestones
      ? new SequentialLR(optimizer, { schedulers, milestones })
      : new ChainedScheduler(schedulers);
    expect(run(optimizer, schedule as Scheduler, steps(seen))).toEqual(seen);
  });

  it.each(plateaus)("ReduceLROnPlateau, $options", ({ options, rates, metrics, seen }) => {
    const optimizer = optimizerOf(rates);
    const calls = metrics.map((metric) => [numberOf(metric)]);
    expect(run(optimizer, scheduleOf("ReduceLROnPlateau", options, optimizer), calls)).toEqual(seen);
  });
});
