/** What schedules of learning rates have in common: options, states, warnings, failures. */
import { onWarning, optim, tensor, type Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";

const { lrScheduler } = optim;
type AnyOptimizer = optim.lrScheduler.AnyOptimizer;

const leaf = (): Tensor => tensor([0], { requiresGrad: true });
const sgd = (lr = 0.5): AnyOptimizer => new optim.SGD([leaf()], { lr, momentum: 0.9 });

/** A schedule of each kind that steps without arguments. */
const MAKERS: Readonly<Record<string, (optimizer: AnyOptimizer) => optim.lrScheduler.LRScheduler>> = {
  LambdaLR: (o) => new lrScheduler.LambdaLR(o, { lrLambda: (t) => 1 / (t + 1) }),
  MultiplicativeLR: (o) => new lrScheduler.MultiplicativeLR(o, { lrLambda: () => 0.75 }),
  StepLR: (o) => new lrScheduler.StepLR(o, { stepSize: 2 }),
  MultiStepLR: (o) => new lrScheduler.MultiStepLR(o, { milestones: [1, 4] }),
  ConstantLR: (o) => new lrScheduler.ConstantLR(o),
  LinearLR: (o) => new lrScheduler.LinearLR(o),
  ExponentialLR: (o) => new lrScheduler.ExponentialLR(o, { gamma: 0.75 }),
  PolynomialLR: (o) => new lrScheduler.PolynomialLR(o, { totalIters: 20 }),
  CosineAnnealingLR: (o) => new lrScheduler.CosineAnnealingLR(o, { TMax: 9 }),
  CosineAnnealingWarmRestarts: (o) => new lrScheduler.CosineAnnealingWarmRestarts(o, { T0: 2, TMult: 2 }),
  OneCycleLR: (o) => new lrScheduler.OneCycleLR(o, { maxLr: 1, totalSteps: 20 }),
  CyclicLR: (o) => new lrScheduler.CyclicLR(o, { baseLr: 0.1, maxLr: 1, stepSizeUp: 3 }),
  SequentialLR: (o) =>
    new lrScheduler.SequentialLR(o, {
      schedulers: [new lrScheduler.ConstantLR(o), new lrScheduler.ExponentialLR(o, { gamma: 0.5 })],
      milestones: [3],
    }),
  ChainedScheduler: (o) =>
    new lrScheduler.ChainedScheduler([
      new lrScheduler.ConstantLR(o),
      new lrScheduler.ExponentialLR(o, { gamma: 0.5 }),
    ]),
};

function warningsOf(fn: () => void): string[] {
  const seen: string[] = [];
  const before = onWarning((message) => seen.push(message));
  try {
    fn();
  } finally {
    onWarning(before);
  }
  return seen;
}

describe.each(Object.entries(MAKERS))("%s", (name, make) => {
  const steps = (optimizer: AnyOptimizer, schedule: optim.lrScheduler.LRScheduler, count: number) => {
    const seen: number[] = [];
    for (let i = 0; i < count; i++) {
      optimizer.step();
      schedule.step();
      seen.push(...schedule.getLastLr());
    }
    return seen;
  };

  it("goes on from states that went through JSON, bit for bit", () => {
    const [first, second] = [sgd(), sgd()];
    const schedule = make(first);
    steps(first, schedule, 5);
    const states = JSON.stringify([schedule.stateDict(), first.stateDict()]);
    const other = make(second);
    const [own, ofOptimizer] = JSON.parse(states) as [
      optim.lrScheduler.LRSchedulerStateDict,
      optim.OptimizerStateDict<{ lr: number }>,
    ];
    other.loadStateDict(own);
    second.loadStateDict(ofOptimizer);
    expect(other.getLastLr()).toEqual(schedule.getLastLr());
    expect(steps(second, other, 6)).toEqual(steps(first, schedule, 6));
  });

  it("refuses a state of another kind, and changes nothing", () => {
    const schedule = make(sgd());
    const before = JSON.stringify(schedule.stateDict());
    const load = (state: object) => () => schedule.loadStateDict(state as never);
    expect(load({ ...schedule.stateDict(), momentum: 1 })).toThrow("unexpected keyword argument 'momentum'");
    expect(load({ ...schedule.stateDict(), lastEpoch: "5" })).toThrow(
      'expected lastEpoch to be a number, got "5"',
    );
    expect(load({ lastEpoch: 9, lastLr: [1, 2] })).toThrow("expected lastLr to have 1 numbers");
    expect(load({ lastEpoch: 9, lastLr: [null] })).toThrow("expected lastLr to be a list of numbers");
    expect(JSON.stringify(schedule.stateDict())).toBe(before);
  });

  it("gives copies of its lists", () => {
    const schedule = make(sgd());
    schedule.getLastLr()[0] = 9;
    (schedule.stateDict().lastLr as number[])[0] = 9;
    expect(schedule.getLastLr()).not.toContain(9);
  });

  it("tells what is no optimiser", () => {
    expect(() => make({} as never)).toThrow(
      name === "ChainedScheduler" ? "Optimizer" : "is not an Optimizer",
    );
  });
});

describe("options", () => {
  const made = (name: string, options: unknown): (() => unknown) => {
    const schedule = lrScheduler[name as "StepLR"];
    return () => new schedule(sgd(), options as never);
  };

  it.each([
    ["StepLR", undefined, "StepLR() missing 1 required argument: 'stepSize'"],
    ["StepLR", { step_size: 2 }, "unexpected keyword argument 'step_size'; write stepSize"],
    ["StepLR", 30, "StepLR: expected options as an object, got 30; write { stepSize, gamma, lastEpoch }"],
    ["StepLR", { stepSize: 0 }, "expected stepSize to be above 0, got 0"],
    ["StepLR", { stepSize: 2, gamma: "0.1" }, "expected gamma to be a number"],
    ["StepLR", { stepSize: 2, gamma: NaN }, "expected gamma to be a finite number, got NaN"],
    ["MultiStepLR", { milestones: 3 }, "expected milestones to be a list of numbers, got 3"],
    ["ConstantLR", { factor: 1.5 }, "Constant multiplicative factor expected to be between 0 and 1."],
    ["LinearLR", { startFactor: 0 }, "Starting multiplicative factor expected to be greater than 0"],
    ["LinearLR", { endFactor: 2 }, "Ending multiplicative factor expected to be between 0 and 1."],
    ["LinearLR", { totalIters: 0 }, "expected totalIters to be above 0"],
    ["CosineAnnealingLR", { T_max: 3 }, "unexpected keyword argument 'T_max'; write TMax"],
    ["CosineAnnealingWarmRestarts", { T_0: 3 }, "unexpected keyword argument 'T_0'; write T0"],
    ["CosineAnnealingWarmRestarts", { T0: 0 }, "Expected positive integer T_0, but got 0"],
    ["CosineAnnealingWarmRestarts", { T0: 1, TMult: 1.5 }, "Expected integer T_mult >= 1, but got 1.5"],
    ["LambdaLR", { lrLambda: 3 }, "lr_lambda should be a function, but got 3"],
    ["LambdaLR", { lrLambda: [] }, "Expected 1 lr_lambdas, but got 0"],
    ["LambdaLR", { lrLambda: () => "1" }, 'expected a function that returns a number, got "1"'],
    ["LambdaLR", { lrLambda: () => NaN }, "expected a finite learning rate, got NaN at epoch 0"],
    ["OneCycleLR", { maxLr: 1 }, "You must define either total_steps OR (epochs AND steps_per_epoch)"],
    ["OneCycleLR", { maxLr: 1, totalSteps: -1 }, "Expected positive integer total_steps, but got -1"],
    [
      "OneCycleLR",
      { maxLr: 1, totalSteps: 9, pctStart: 2 },
      "Expected float between 0 and 1 pct_start, but got 2",
    ],
    ["OneCycleLR", { maxLr: 1, totalSteps: 9, annealStrategy: "sin" }, "must be one of 'cos' or 'linear'"],
    [
      "OneCycleLR",
      { maxLr: [1, 2], totalSteps: 9 },
      "maxLr must have the same length as optimizer.paramGroups",
    ],
    ["OneCycleLR", { maxLr: 1, totalSteps: 10, pctStart: 0.1 }, "expected 0 to be a finite number, got NaN"],
    ["CyclicLR", { baseLr: 1, maxLr: 2, mode: "square" }, "mode is invalid and scale_fn is None"],
    ["ReduceLROnPlateau", { factor: 1 }, "Factor should be < 1.0."],
    ["ReduceLROnPlateau", { mode: "best" }, "mode best is unknown!"],
    ["ReduceLROnPlateau", { thresholdMode: "best" }, "threshold mode best is unknown!"],
    ["ReduceLROnPlateau", { minLr: [1, 2] }, "expected 1 min_lrs, got 2"],
    [
      "SequentialLR",
      { schedulers: [], milestones: [] },
      "expects at least one scheduler, but got no scheduler",
    ],
    [
      "SequentialLR",
      { schedulers: [3], milestones: [] },
      "at index 0 should have `optimizer` as its attribute",
    ],
  ])("of %s: %o", (name, options, message) => {
    expect(made(name, options)).toThrow(message);
  });

  it("need a momentum to cycle it", () => {
    const { lrScheduler: schedules } = optim;
    const optimizer = new optim.LBFGS([leaf()]);
    expect(() => new schedules.CyclicLR(optimizer, { baseLr: 0, maxLr: 1 })).toThrow(
      "optimizer must support momentum",
    );
    expect(() => new schedules.OneCycleLR(optimizer, { maxLr: 1, totalSteps: 5 })).toThrow(
      "must support momentum",
    );
  });

  it("need schedules of one optimiser, and none that wants a metric", () => {
    const optimizer = sgd();
    const own = new lrScheduler.ConstantLR(optimizer);
    const other = new lrScheduler.ConstantLR(sgd());
    const plateau = new lrScheduler.ReduceLROnPlateau(optimizer) as never;
    const milestones = [3];
    const both = (schedulers: [never, never] | optim.lrScheduler.LRScheduler[]): (() => unknown)[] => [
      () => new lrScheduler.SequentialLR(optimizer, { schedulers, milestones }),
      () => new lrScheduler.ChainedScheduler(schedulers),
    ];
    for (const make of both([own, other]))
      expect(make).toThrow("expects all schedulers to belong to the same");
    for (const make of both([own, plateau])) expect(make).toThrow("does not support `ReduceLROnPlateau`");
    expect(() => new lrScheduler.ChainedScheduler([])).toThrow("at least one scheduler to be chained");
    expect(() => new lrScheduler.SequentialLR(optimizer, { schedulers: [own], milestones })).toThrow(
      "number of schedulers 1 and the number of milestones to be equal to 1",
    );
  });

  it("let a schedule go on by initialLr alone", () => {
    expect(() => new lrScheduler.StepLR(sgd(), { stepSize: 2, lastEpoch: 3 })).toThrow(
      "param 'initialLr' is not specified in paramGroups[0]",
    );
    const optimizer = new optim.SGD([{ params: leaf(), initialLr: 0.5 }], { lr: 0.25 });
    expect(new lrScheduler.StepLR(optimizer, { stepSize: 2, lastEpoch: 3 }).lastEpoch).toBe(4);
    expect(() => new optim.SGD([{ params: leaf(), initialLr: "1" as never }])).toThrow("Invalid initialLr");
  });
});

describe("a step that throws", () => {
  it("changes nothing", () => {
    const optimizer = sgd();
    const schedule = new lrScheduler.OneCycleLR(optimizer, { maxLr: 1, totalSteps: 2 });
    optimizer.step();
    schedule.step();
    schedule.step();
    const before = JSON.stringify([schedule.stateDict(), optimizer.stateDict()]);
    expect(() => schedule.step()).toThrow("Tried to step 3 times. The specified number of total steps is 2");
    expect(JSON.stringify([schedule.stateDict(), optimizer.stateDict()])).toBe(before);
  });

  it("is one after the optimiser got another group", () => {
    const optimizer = sgd();
    const schedule = new lrScheduler.LambdaLR(optimizer, { lrLambda: () => 1 });
    optimizer.addParamGroup({ params: leaf() });
    optimizer.step();
    expect(() => schedule.step()).toThrow("expected a learning rate for each of 2 groups, got 1");
    expect(schedule.lastEpoch).toBe(0);
  });

  it("is one where torch divides by zero", () => {
    const optimizer = sgd();
    const schedule = new lrScheduler.ConstantLR(optimizer, { factor: 0, totalIters: 1 });
    optimizer.step();
    expect(() => schedule.step()).toThrow("expected a finite learning rate, got NaN at epoch 1");
    expect(optimizer.paramGroups[0].lr).toBe(0);
  });

  it("is one with a metric that is no number", () => {
    const schedule = new lrScheduler.ReduceLROnPlateau(sgd());
    expect(() => schedule.step("3" as never)).toThrow(
      'expected the metric as a number or a tensor of one element, got "3"',
    );
    schedule.step(tensor(3));
    expect(schedule.best).toBe(3);
  });
});

describe("warnings", () => {
  it("say that the optimiser's step comes first", () => {
    const optimizer = sgd();
    const schedule = new lrScheduler.StepLR(optimizer, { stepSize: 2 });
    expect(warningsOf(() => schedule.step())).toEqual([
      expect.stringContaining("Detected call of `lr_scheduler.step()` before `optimizer.step()`"),
    ]);
    expect(warningsOf(() => schedule.step())).toEqual([]);
    const second = sgd();
    const other = new lrScheduler.StepLR(second, { stepSize: 2 });
    second.step();
    expect(warningsOf(() => other.step())).toEqual([]);
  });

  it("say that an epoch is deprecated, and that getLr is not for users", () => {
    const optimizer = sgd();
    const schedule = new lrScheduler.StepLR(optimizer, { stepSize: 2 });
    optimizer.step();
    expect(warningsOf(() => schedule.step(3))).toEqual([expect.stringContaining("The epoch parameter")]);
    expect(warningsOf(() => schedule.getLr())).toEqual([
      expect.stringContaining("please use `get_last_lr()`"),
    ]);
    expect(() => schedule.step("3" as never)).toThrow('expected epoch to be a number, got "3"');
  });
});
