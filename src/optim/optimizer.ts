/** What all optimisers have in common: groups of parameters, their state, and its dictionaries. */
import { withGradMode } from "../autograd/mode.js";
import { describeValue } from "../core/describe.js";
import { checkOptionNames, isIterable, takeOptions } from "../core/options.js";
import { checkSynchronous } from "../core/synchronous.js";
import { type Holder, innermost, receives, type Scope } from "../core/scope.js";
import type { Storage } from "../core/storage.js";
import { warn } from "../core/warnings.js";
import { Tensor } from "../tensor/tensor.js";
import { zeroGradients } from "./gradients.js";
import {
  checkNotes,
  checkParameter,
  type GivenGroup,
  isGroup,
  NOTES,
  type ParameterGroup,
  type Parameters,
  type ScheduleNotes,
  withoutParams,
} from "./groups.js";

export type { GivenGroup, ParameterGroup, Parameters, ScheduleNotes } from "./groups.js";

/** What an optimiser remembers of a parameter. */
export type ParameterState = Record<string, Tensor | number | readonly Tensor[] | readonly number[]>;

/** An optimiser's state, with the numbers of parameters in the place of them. */
export interface OptimizerStateDict<H extends object> {
  /** What is remembered, by the number of the parameter. */
  readonly state: Readonly<Record<number, Readonly<ParameterState>>>;
  /** The groups, whose parameters are numbers. */
  readonly paramGroups: readonly (H & ScheduleNotes & { readonly params: readonly number[] })[];
}

/** What makes each part of a state. */
export type StateMakers = Readonly<Record<string, () => ParameterState[string]>>;

/** The state of one parameter, which a tidy around a step does not free. */
class Kept implements Holder {
  readonly values: ParameterState = {};
  listedBy: Scope | null = null;

  constructor(readonly born: Scope | null) {}

  held(): readonly Storage[] {
    const values: (Tensor | number)[] = Object.values(this.values).flat();
    return values.flatMap((value) => (value instanceof Tensor ? value.nd.storage : []));
  }
}

/**
 * An optimiser of parameters, which are leaves that require gradients. `step` changes them in
 * place, by their gradients; those without one stay.
 */
export abstract class Optimizer<H extends object> {
  /** The groups, whose hyperparameters may be changed between steps. */
  readonly paramGroups: ParameterGroup<H>[] = [];
  /** @internal Whether a step was taken since the first schedule came; null where there is none. */
  steppedOnSchedule: boolean | null = null;
  private readonly kept = new Map<Tensor, Kept>();
  private readonly born = innermost;

  /** @param defaults the hyperparameters of groups that do not say others */
  protected constructor(
    parameters: Parameters<H>,
    /** @internal */
    protected readonly defaults: Readonly<H>,
  ) {
    const caller = this.constructor.name;
    if (parameters instanceof Tensor || !isIterable(parameters)) {
      throw new TypeError(
        "params argument given to the optimizer should be an iterable of Tensors or dicts, but got " +
          describeValue(parameters),
      );
    }
    const list: unknown[] = [...(parameters as Iterable<unknown>)];
    if (list.length === 0) throw new RangeError("optimizer got an empty parameter list");
    const groups = isGroup(list[0]) ? list : [{ params: list }];
    for (const group of groups) {
      if (!isGroup(group)) {
        throw new TypeError(
          `${caller}: expected groups of parameters beside the first, got ${describeValue(group)}; put it into { params }`,
        );
      }
      this.addParamGroup(group as GivenGroup<H>);
    }
  }

  /**
   * Adds a group of parameters, with hyperparameters of its own where it names them.
   *
   * @throws TypeError for what are no tensors, and for hyperparameters that do not exist; RangeError
   *   for hyperparameters out of range; Error for a parameter that is no leaf, or in another group
   * @example
   * const optimizer = new optim.SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
   * optimizer.addParamGroup({ params: tensor(2, { requiresGrad: true }), lr: 0.01 });
   * optimizer.paramGroups.map(({ lr }) => lr); // [0.1, 0.01]
   */
  addParamGroup(group: GivenGroup<H>): void {
    const caller = this.constructor.name;
    if (!isGroup(group)) {
      throw new TypeError(`${caller}: expected a group, as { params: [x] }, got ${describeValue(group)}`);
    }
    const { params, ...own } = group;
    if (!(params instanceof Tensor) && !isIterable(params)) {
      throw new TypeError(
        `${caller}: expected params to be a Tensor or an iterable of Tensors, got ${describeValue(params)}`,
      );
    }
    checkOptionNames(caller, own, [...Object.keys(this.defaults), ...NOTES]);
    const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
    const hyperparameters: H = { ...this.defaults, ...given };
    this.check(hyperparameters);
    checkNotes(given);
    const list: unknown[] = params instanceof Tensor ? [params] : [...params];
    for (const parameter of list) checkParameter(parameter);
    const tensors = list as Tensor[];
    const others = new Set(this.paramGroups.flatMap((other) => other.params));
    if (tensors.some((parameter) => others.has(parameter))) {
      throw new Error("some parameters appear in more than one parameter group");
    }
    if (new Set(tensors).size < tensors.length) {
      warn(
        "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; " +
          "see github.com/pytorch/pytorch/issues/40967 for more information",
      );
    }
    this.paramGroups.push({ ...hyperparameters, params: tensors });
  }

  /**
   * @internal Throws torch's errors for hyperparameters that are out of range.
   */
  protected abstract check(hyperparameters: H): void;

  /** @internal Throws for a state that is not one of this optimiser's for that parameter. */
  protected abstract checkState(parameter: Tensor, state: Readonly<ParameterState>): void;

  /**
   * One step. With a closure, it computes the loss anew and calls `backward()` first.
   *
   * @returns what the closure returned
   * @throws TypeError for a parameter or gradient that was disposed of, and for a closure that is no
   *   function or returns a promise
   * @example
   * const x = tensor(3, { requiresGrad: true });
   * const optimizer = new optim.SGD([x], { lr: 0.5 });
   * const loss = optimizer.step(() => {
   *   const loss = x.square();
   *   loss.backward();
   *   return loss;
   * });
   * loss!.item(); // 9
   * x.item(); // 0
   */
  step<L = undefined>(closure?: () => L): L | undefined {
    if (this.steppedOnSchedule === false) this.steppedOnSchedule = true;
    return this.takeStep(closure);
  }

  /** @internal One step, as this optimiser takes it. */
  protected abstract takeStep<L = undefined>(closure?: () => L): L | undefined;

  /**
   * Drops the gradients of all parameters, or sets them to 0.
   *
   * @throws TypeError for misspelt options
   * @example
   * const x = tensor(3, { requiresGrad: true });
   * x.square().backward();
   * new optim.SGD([x]).zeroGrad();
   * x.grad; // null
   */
  zeroGrad(options: { setToNone?: boolean } = {}): void {
    const { setToNone = true } = takeOptions("zeroGrad", options, ["setToNone"]);
    zeroGradients(
      this.paramGroups.flatMap(({ params }) => params),
      setToNone,
    );
  }

  /**
   * @internal What is remembered of a parameter. `makers` make what is not there yet: all of it for
   * the first step, and what another hyperparameter asks for later. It stays when a `tidy` around
   * the step ends.
   */
  protected stateOf(parameter: Tensor, makers: StateMakers): ParameterState {
    const values = this.valuesOf(parameter);
    for (const [name, make] of Object.entries(makers)) values[name] ??= make();
    return values;
  }

  private valuesOf(parameter: Tensor): ParameterState {
    let kept = this.kept.get(parameter);
    if (!kept) this.kept.set(parameter, (kept = new Kept(this.born)));
    if (innermost) receives(kept, innermost);
    return kept.values;
  }

  /** What is remembered of each parameter that was changed by now. */
  get state(): ReadonlyMap<Tensor, Readonly<ParameterState>> {
    return new Map([...this.kept].map(([parameter, { values }]) => [parameter, values]));
  }

  /**
   * State and hyperparameters, with numbers in the place of parameters: its tensors are those in use.
   *
   * @example
   * const x = tensor([3, -4], { requiresGrad: true });
   * const optimizer = new optim.Adam([x], { lr: 0.1 });
   * x.sum().backward();
   * optimizer.step();
   * const { state, paramGroups } = optimizer.stateDict();
   * state[0].step; // 1
   * paramGroups[0].params; // [0]
   */
  stateDict(): OptimizerStateDict<H> {
    const numbers = new Map<Tensor, number>();
    for (const { params } of this.paramGroups) {
      for (const parameter of params) if (!numbers.has(parameter)) numbers.set(parameter, numbers.size);
    }
    const state = [...this.kept].map(([parameter, { values }]) => [numbers.get(parameter), { ...values }]);
    return {
      state: Object.fromEntries(state) as OptimizerStateDict<H>["state"],
      paramGroups: this.paramGroups.map((group) => ({
        ...(group as H),
        params: group.params.map((parameter) => numbers.get(parameter)!),
      })),
    };
  }

  /**
   * Takes over the state that `stateDict` gave, of copies of its tensors in the parameters' dtypes.
   *
   * @throws TypeError for what is no such state, RangeError for that of other groups; then nothing
   *   changes
   * @example
   * const x = tensor([3, -4], { requiresGrad: true });
   * const optimizer = new optim.SGD([x], { lr: 0.1 });
   * const another = new optim.SGD([x]);
   * another.loadStateDict(optimizer.stateDict());
   * another.paramGroups[0].lr; // 0.1
   */
  loadStateDict(dict: OptimizerStateDict<H>): void {
    checkDict(this.constructor.name, dict);
    const groups = dict.paramGroups;
    if (groups.length !== this.paramGroups.length) {
      throw new RangeError("loaded state dict has a different number of parameter groups");
    }
    if (groups.some(({ params }, i) => params.length !== this.paramGroups[i].params.length)) {
      throw new RangeError(
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
      );
    }
    const loaded = groups.map((group): H => ({ ...this.defaults, ...withoutParams(group) }));
    for (const values of loaded) {
      this.check(values);
      checkNotes(values);
    }
    const found = this.paramGroups.flatMap(({ params }, i) =>
      params.flatMap((parameter, j) => {
        const values = dict.state[groups[i].params[j]];
        return values ? [[parameter, values] as const] : [];
      }),
    );
    for (const [parameter, values] of found) this.checkState(parameter, values);
    this.kept.clear();
    for (const [parameter, values] of found) {
      Object.assign(this.valuesOf(parameter), copyFor(parameter, values));
    }
    this.paramGroups.forEach((group, i) => Object.assign(group, loaded[i]));
  }

  /**
   * As torch prints it: the class and the hyperparameters of each group.
   *
   * @example
   * String(new optim.SGD([tensor(1, { requiresGrad: true })])).split("\n")[1]; // "Parameter Group 0"
   */
  toString(): string {
    const groups = this.paramGroups.map((group, i) => {
      const lines = Object.entries(withoutParams(group)).sort(([a], [b]) => (a < b ? -1 : 1));
      return [`Parameter Group ${i}`, ...lines.map(([name, value]) => `    ${name}: ${shown(value)}`)].join(
        "\n",
      );
    });
    return `${this.constructor.name} (\n${groups.join("\n")}\n)`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** Throws for what is not made as a state is. */
function checkDict(caller: string, dict: unknown): void {
  const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
  const { state, paramGroups } = (isObject(dict) ? dict : {}) as { state?: unknown; paramGroups?: unknown };
  const isGroups = (groups: unknown): boolean =>
    Array.isArray(groups) &&
    groups.every((group) => isObject(group) && Array.isArray((group as { params?: unknown }).params));
  if (isObject(state) && isGroups(paramGroups)) return;
  const got = isObject(dict) ? "another object" : describeValue(dict);
  throw new TypeError(
    `${caller}.loadStateDict: expected { state, paramGroups } as stateDict() gives it, got ${got}`,
  );
}

/** What a closure gives, computed while operations are recorded. */
export function evaluated<L>(caller: string, closure: () => L): L {
  if (typeof closure !== "function")
    throw new TypeError(
      `${caller}: expected step to be called with a closure, got ${describeValue(closure)}`,
    );
  const loss = withGradMode(true, closure);
  checkSynchronous(caller, loss, "; await what it needs before step()");
  return loss;
}

function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

function copyFor(parameter: Tensor, values: Readonly<ParameterState>): ParameterState {
  const copy = <T>(value: T): T | Tensor =>
    value instanceof Tensor ? value.detach().to(parameter.dtype).clone() : value;
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(copy) : copy(value),
  ]);
  return Object.fromEntries(entries) as ParameterState;
}
