/** Modules that models are made of. */
import { describeValue } from "../core/describe.js";
import { warn } from "../core/warnings.js";
import { takeOptions } from "../core/options.js";
import { checkDType, type DType, isFloating } from "../ndarray/dtype.js";
import { uniformSamples } from "../tensor/samples.js";
import { Tensor } from "../tensor/tensor.js";
import { linear } from "./linear.js";
import { Module } from "./module.js";
import { Parameter } from "./parameter.js";

/** The options of Linear. */
export interface LinearOptions {
  /** Whether a bias is added; true by default. */
  bias?: boolean;
  /** The dtype of weight and bias, float32 by default. */
  dtype?: DType;
}

/**
 * y = x Wᵀ + b of rows x: [..., inFeatures] becomes [..., outFeatures].
 *
 * Weights and biases begin as uniform samples between ±1 / √inFeatures, the weights first: after the
 * same manualSeed they are torch's, bit for bit.
 *
 * @throws TypeError for sizes that are no integers, for another than a real floating dtype, and for
 *   misspelt options; RangeError for negative sizes
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
 * @example
 * manualSeed(0);
 * const layer = new nn.Linear(3, 2);
 * String(layer.bias!.detach()); // "tensor([-0.0114,  0.4578])"
 * layer(tensor([[1, 2, 3]])).shape; // [1, 2]
 */
export class Linear extends Module {
  /** The length of the rows that come in. */
  declare readonly inFeatures: number;
  /** The length of the rows that go out. */
  declare readonly outFeatures: number;
  /** W, of shape [outFeatures, inFeatures]. */
  declare weight: Parameter;
  /** b, of shape [outFeatures]; null where there is none. */
  declare bias: Parameter | null;
  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    const taken = takeOptions("Linear", options, ["bias", "dtype"]);
    const { bias = true, dtype = "float32" } = taken;
    for (const [name, size] of Object.entries({ inFeatures, outFeatures })) checkSize("Linear", name, size);
    if (!isFloating(checkDType("Linear", dtype))) {
      throw new TypeError(`Linear: expected a real floating dtype, got ${dtype}`);
    }
    super();
    Object.assign(this, { inFeatures, outFeatures });
    // torch's own steps, which decide the last bit: kaiming_uniform_ with a = √5.
    const gain = Math.sqrt(2 / (1 + Math.sqrt(5) * Math.sqrt(5)));
    const bound = Math.sqrt(3) * (gain / Math.sqrt(inFeatures));
    if (inFeatures * outFeatures === 0) warn("Initializing zero-element tensors is a no-op");
    this.weight = uniform(dtype, [outFeatures, inFeatures], bound);
    this.bias = bias ? uniform(dtype, [outFeatures], inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0) : null;
  }
  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }
  override extraRepr(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}

/** Throws unless a size of a module's is a whole number from 0 up. */
export function checkSize(module: string, name: string, size: unknown): asserts size is number {
  if (!Number.isSafeInteger(size)) {
    throw new TypeError(`${module}: expected ${name} to be an integer, got ${describeValue(size)}`);
  }
  if ((size as number) < 0)
    throw new RangeError(`${module}: expected ${name} to be 0 or more, got ${size as number}`);
}

/** A parameter of uniform samples between ±bound. */
function uniform(dtype: DType, shape: readonly number[], bound: number): Parameter {
  return new Parameter(new Tensor(uniformSamples(dtype, shape, -bound, bound)));
}

/**
 * Modules one after the other: each is called with what the one before gave. Their names are their
 * places, or those of an object's properties.
 *
 * @throws TypeError for what is no module
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 * @example
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * model(zeros([5, 4])).shape; // [5, 1]
 * model.length; // 3
 * String(model.at(1)); // "Tanh()"
 */
export class Sequential extends Module {
  constructor(...modules: readonly Module[] | [modules: Readonly<Record<string, Module>>]) {
    const [first] = modules;
    const isNamed = modules.length === 1 && typeof first === "object" && first !== null;
    const entries: [string, unknown][] = Object.entries(isNamed ? first : modules);
    for (const [, module] of entries) {
      if (!(module instanceof Module))
        throw new TypeError(`${describeValue(module)} is not a Module subclass`);
    }
    super();
    Object.assign(this, Object.fromEntries(entries));
  }
  /** How many modules there are. */
  override get length(): number {
    return this.children().length;
  }
  /**
   * The module at a place, from the end where it is negative.
   *
   * @throws RangeError for a place where there is none
   * @example
   * String(new nn.Sequential(new nn.Tanh(), new nn.ReLU()).at(-1)); // "ReLU()"
   */
  at(index: number): Module {
    const module = [...this].at(index);
    if (module) return module;
    throw new RangeError(`index ${index} is out of range`);
  }
  /**
   * The modules in their order.
   *
   * @example
   * [...new nn.Sequential(new nn.Tanh())].length; // 1
   */
  [Symbol.iterator](): Iterator<Module> {
    const modules = Object.values(this).filter((value): value is Module => value instanceof Module);
    return modules[Symbol.iterator]();
  }
  override forward(input: Tensor): Tensor {
    let result = input;
    for (const module of this) result = module(result);
    return result;
  }
}

/**
 * max(x, 0) of each element; see Tensor.relu. With `inplace`, the input itself is changed.
 *
 * @throws TypeError for misspelt options
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 * @example
 * String(new nn.ReLU()(tensor([-1, 2]))); // "tensor([0., 2.])"
 */
export class ReLU extends Module {
  /** Whether the input itself is changed. */
  declare readonly inplace: boolean;
  constructor(
    options: {
      /** Changes the input itself; false by default. */
      inplace?: boolean;
    } = {},
  ) {
    const { inplace = false } = takeOptions("ReLU", options, ["inplace"]);
    super();
    Object.assign(this, { inplace });
  }
  override forward(input: Tensor): Tensor {
    return this.inplace ? input.relu_() : input.relu();
  }
  override extraRepr(): string {
    return this.inplace ? "inplace=true" : "";
  }
}

/**
 * The hyperbolic tangent of each element; see Tensor.tanh.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanh.html
 * @example
 * String(new nn.Tanh()(tensor([0, 1]))); // "tensor([0.0000, 0.7616])"
 */
export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/**
 * 1 / (1 + e⁻ˣ) of each element; see Tensor.sigmoid.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
 * @example
 * String(new nn.Sigmoid()(tensor([0, 2]))); // "tensor([0.5000, 0.8808])"
 */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/**
 * Dimensions from `startDim` to `endDim`, by default all but the first, as one; see Tensor.flatten.
 *
 * @throws RangeError for dimensions out of range, when it is called
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html
 * @example
 * new nn.Flatten()(zeros([2, 3, 4])).shape; // [2, 12]
 * new nn.Flatten(0, 1)(zeros([2, 3, 4])).shape; // [6, 4]
 */
export class Flatten extends Module {
  /** The first dimension. */
  declare readonly startDim: number;
  /** The last dimension. */
  declare readonly endDim: number;
  constructor(startDim = 1, endDim = -1) {
    super();
    Object.assign(this, { startDim, endDim });
  }
  override forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }
  override extraRepr(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`;
  }
}
