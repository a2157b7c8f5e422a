/** torch.nn.Module: what has parameters, and is called as a function. */
import { withGradMode } from "../autograd/mode.js";
import { describeValue } from "../core/describe.js";
import { takeOptions } from "../core/options.js";
import { zeroGradients } from "../optim/gradients.js";
import type { Tensor } from "../tensor/tensor.js";
import { registerBuffer } from "./buffers.js";
import { callableInstance, MODULE } from "./callable.js";
import {
  buffersOf,
  childrenOf,
  modulesOf,
  namedMembers,
  type NamedOptions,
  once,
  parametersOf,
  printed,
} from "./members.js";
import type { Parameter } from "./parameter.js";
import { checkState, type LoadedKeys, type StateDict, stateOf } from "./state-dict.js";

/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/prefer-function-type --
   the constructor gives every instance the call signature, which a class cannot declare by itself. */

/** A module of whatever operands. */
export type AnyModule = Module<never, unknown>;

/** A module; an instance is a function of the operands A with the result R. */
export interface Module<A extends readonly unknown[] = [input: Tensor], R = Tensor> {
  (...args: A): R;
}

/**
 * What has parameters and submodules, which are found among its properties, and buffers, which it
 * registers. A subclass defines `forward`, and its instances are functions: `model(x)` is
 * `model.forward(x)`.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
 * @example
 * class Line extends nn.Module {
 *   weight = new nn.Parameter(tensor([2]));
 *   bias = new nn.Parameter(tensor([1]));
 *   override forward(x: Tensor): Tensor {
 *     return x.mul(this.weight).add(this.bias);
 *   }
 * }
 * const model = new Line();
 * String(model(tensor([3])).detach()); // "tensor([7.])"
 * Object.keys(model.stateDict()); // ["weight", "bias"]
 */
export class Module<A extends readonly unknown[] = [input: Tensor], R = Tensor> {
  /** @internal torch's names of properties that are spelt otherwise here, for states and lists of names. */
  static get torchNames(): Readonly<Record<string, string>> {
    return {};
  }
  /** @internal */
  get [MODULE](): this {
    return this;
  }
  /** Whether the module is in training mode, which `train` and `eval` set; true at first. */
  declare training: boolean;

  constructor() {
    const instance = callableInstance(new.target.prototype) as this;
    instance.training = true;
    return instance;
  }

  /**
   * What a call of the module gives; a subclass defines it.
   *
   * @throws Error where no subclass does
   * @example
   * new nn.Tanh().forward(tensor([0])).item(); // 0
   */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- it has the operands of its subclasses
  forward(..._operands: A): R {
    throw new Error(`Module [${this.constructor.name}] is missing the required "forward" function`);
  }

  /**
   * The submodules by their names, each module once.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh());
   * model.namedChildren().map(([name]) => name); // ["0", "1"]
   */
  namedChildren(): [name: string, child: AnyModule][] {
    return once(childrenOf(this));
  }

  /**
   * The submodules, each once.
   *
   * @example
   * new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh()).children().length; // 2
   */
  children(): AnyModule[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /**
   * This module and all below it by their names, each once; this one's name is the prefix.
   *
   * @throws TypeError for misspelt options
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Sequential(new nn.Tanh()));
   * model.namedModules().map(([name]) => name); // ["", "0", "1", "1.0"]
   */
  namedModules(options: Omit<NamedOptions, "recurse"> = {}): [name: string, module: AnyModule][] {
    const { prefix = "", removeDuplicate = true } = takeOptions("namedModules", options, [
      "prefix",
      "removeDuplicate",
    ]);
    return modulesOf(this, prefix, removeDuplicate);
  }

  /**
   * This module and all below it, each once.
   *
   * @example
   * new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh()).modules().length; // 3
   */
  modules(): AnyModule[] {
    return this.namedModules().map(([, module]) => module);
  }

  /**
   * The parameters of this module and, with `recurse`, of all below it by their names, each once:
   * first its own, in the order of its properties, then those of its submodules.
   *
   * @throws TypeError for misspelt options
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3));
   * model.namedParameters().map(([name]) => name); // ["0.weight", "0.bias"]
   */
  namedParameters(options: NamedOptions = {}): [name: string, parameter: Parameter][] {
    return namedMembers("namedParameters", this, options, parametersOf);
  }

  /**
   * The parameters of this module and, with `recurse`, of all below it, each once, for an optimiser.
   *
   * @throws TypeError for misspelt options
   * @example
   * const model = new nn.Linear(2, 3);
   * new optim.SGD(model.parameters(), { lr: 0.1 }).paramGroups[0].params.length; // 2
   */
  parameters(options: Pick<NamedOptions, "recurse"> = {}): Parameter[] {
    const { recurse = true } = takeOptions("parameters", options, ["recurse"]);
    return this.namedParameters({ recurse }).map(([, parameter]) => parameter);
  }

  /**
   * Makes a property a buffer: a tensor of the module's state that is not learnt. The property stays
   * one when another tensor is assigned; a parameter or module takes its place. A persistent one
   * that is not null is part of stateDict().
   *
   * @throws TypeError for a name that is no string, for what is neither a tensor nor null, also when
   *   it is assigned later, and for misspelt options; Error with torch's text for an empty name, one
   *   with a dot, and that of another property that has a value
   * @example
   * class Centred extends nn.Module {
   *   declare mean: Tensor;
   *   constructor() {
   *     super();
   *     this.registerBuffer("mean", tensor([1, 2]));
   *   }
   *   override forward(x: Tensor): Tensor {
   *     return x.sub(this.mean);
   *   }
   * }
   * Object.keys(new Centred().stateDict()); // ["mean"]
   */
  registerBuffer(
    name: string,
    tensor: Tensor | null,
    options: {
      /** Whether it is part of the module's state; true by default. */
      persistent?: boolean;
    } = {},
  ): void {
    const { persistent = true } = takeOptions("registerBuffer", options, ["persistent"]);
    registerBuffer(this, name, tensor, persistent);
  }

  /**
   * The buffers of this module and, with `recurse`, of all below it by their names, each once and
   * persistent or not: first its own, then those of its submodules.
   *
   * @throws TypeError for misspelt options
   * @example
   * const loss = new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) });
   * loss.namedBuffers().map(([name]) => name); // ["pos_weight"]
   */
  namedBuffers(options: NamedOptions = {}): [name: string, buffer: Tensor][] {
    return namedMembers("namedBuffers", this, options, buffersOf);
  }

  /**
   * The buffers of this module and, with `recurse`, of all below it, each once.
   *
   * @throws TypeError for misspelt options
   * @example
   * new nn.CrossEntropyLoss({ weight: tensor([1, 2]) }).buffers().length; // 1
   */
  buffers(options: Pick<NamedOptions, "recurse"> = {}): Tensor[] {
    const { recurse = true } = takeOptions("buffers", options, ["recurse"]);
    return this.namedBuffers({ recurse }).map(([, buffer]) => buffer);
  }

  /**
   * All parameters and persistent buffers by their names, without history: of each module the
   * parameters, then the buffers, then those of its submodules. The tensors share the elements of
   * the module's, so that a copy of them is to be cloned or saved.
   *
   * @throws TypeError for misspelt options
   * @example
   * Object.keys(new nn.Linear(2, 3).stateDict({ prefix: "head." })); // ["head.weight", "head.bias"]
   */
  stateDict(
    options: {
      /** What the names begin with, "" by default. */
      prefix?: string;
      /** The parameters and buffers themselves instead of detached tensors; false by default. */
      keepVars?: boolean;
    } = {},
  ): StateDict {
    const { prefix = "", keepVars = false } = takeOptions("stateDict", options, ["prefix", "keepVars"]);
    return Object.fromEntries(
      stateOf(this).map(([name, one]) => [prefix + name, keepVars ? one : one.detach()]),
    );
  }

  /**
   * Copies the elements of a state into the parameters and persistent buffers, in their dtypes.
   * Unless `strict` is false, the state must have all their names and no others.
   *
   * @returns the names that lacked, and those that were too many
   * @throws Error with torch's text for names and shapes that do not fit; then nothing changes.
   *   TypeError for what is no state and for misspelt options
   * @example
   * const model = new nn.Linear(2, 3);
   * model.loadStateDict({ bias: tensor([1, 2, 3]) }, { strict: false }).missingKeys; // ["weight"]
   * String(model.bias!.detach()); // "tensor([1., 2., 3.])"
   */
  loadStateDict(
    state: StateDict,
    options: {
      /** Refuses names that are missing or unexpected; true by default. */
      strict?: boolean;
    } = {},
  ): LoadedKeys {
    const { strict = true } = takeOptions("loadStateDict", options, ["strict"]);
    const { found, keys } = checkState(this, state, strict);
    withGradMode(false, () => {
      for (const [target, value] of found) target.copy_(value.reshape(target.shape));
    });
    return keys;
  }

  /**
   * Drops the gradients of all parameters, or sets them to 0.
   *
   * @throws TypeError for misspelt options
   * @example
   * const model = new nn.Linear(2, 1);
   * model(tensor([1, 2])).sum().backward();
   * model.zeroGrad();
   * model.weight.grad; // null
   */
  zeroGrad(
    options: {
      /** Sets gradients to null, or else to zeros; true by default. */
      setToNone?: boolean;
    } = {},
  ): void {
    const { setToNone = true } = takeOptions("zeroGrad", options, ["setToNone"]);
    zeroGradients(this.parameters(), setToNone);
  }

  /**
   * Whether all parameters require gradients from now on.
   *
   * @throws TypeError for what is no boolean
   * @example
   * new nn.Linear(2, 3).requiresGrad_(false).parameters().some((one) => one.requiresGrad); // false
   */
  requiresGrad_(flag = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(flag);
    return this;
  }

  /**
   * Sets the mode of this module and all below it: training, or not.
   *
   * @throws TypeError for what is no boolean
   * @example
   * new nn.Tanh().train(false).training; // false
   */
  train(mode = true): this {
    if (typeof mode !== "boolean") throw new TypeError("training mode is expected to be boolean");
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /**
   * The same as `train(false)`.
   *
   * @example
   * new nn.Tanh().eval().training; // false
   */
  eval(): this {
    return this.train(false);
  }

  /**
   * Calls a function with every module below this one, and then with this one.
   *
   * @throws TypeError for what is no function
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3));
   * model.apply((module) => {
   *   if (module instanceof nn.Linear) module.weight.data.fill_(1);
   * });
   * model(tensor([1, 2])).shape; // [3]
   */
  apply(fn: (module: AnyModule) => void): this {
    if (typeof fn !== "function") throw new TypeError(`apply: expected a function, got ${describeValue(fn)}`);
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /**
   * What a module says of itself between parentheses when it is printed.
   *
   * @example
   * new nn.Linear(2, 3).extraRepr(); // "inFeatures=2, outFeatures=3, bias=true"
   */
  extraRepr(): string {
    return "";
  }

  /**
   * As torch prints it: the class, and the submodules line by line.
   *
   * @example
   * String(new nn.Tanh()); // "Tanh()"
   */
  toString(): string {
    return printed(this);
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
