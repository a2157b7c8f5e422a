/**
 * What a run holds: tensors and typed arrays, each beside its model, and views that outlive their
 * tensors.
 */
import { type Tensor, tensor } from "lossgrad";
import { randomValues, type RealDType, REALS } from "../ndarray/naive.js";
import type { Value } from "../support/kernels.js";
import { flatten } from "../support/wire.js";
import type { Random } from "../support/random.js";
import { difference, isFloat, Model, sizeOf } from "./model.js";
import { bitsOf, type NumberArray, numbersIn } from "./numbers.js";

export interface Held {
  tensor: Tensor;
  readonly model: Model;
}

export interface HeldArray {
  readonly data: NumberArray;
  readonly model: Model;
}

/** Something that the library got wrong. */
export class Failure extends Error {}

const MOST = 24;
const MOST_VIEWS = 12;
/** Long tensors are what threads share and what is slow to look at: few of them are held. */
const LONG = 4096;
const MOST_LONG = 2;

export class World {
  readonly tensors: Held[] = [];
  readonly arrays: HeldArray[] = [];
  /** Views from `array()`, whose tensors may be garbage by now. */
  readonly views: HeldArray[] = [];
  readonly log: string[] = [];

  constructor(
    readonly random: Random,
    /** Whether the memory is shared: where it is not, growth detaches views. */
    readonly shared: boolean,
  ) {}

  say(text: string): void {
    this.log.push(text);
  }

  hold(made: Tensor, model: Model): void {
    this.tensors.push({ tensor: made, model });
    this.check(this.tensors[this.tensors.length - 1]);
  }

  /**
   * Lets go of what is held beyond the most; between calls, since a call's operands are held too.
   */
  trim(): void {
    const long = this.tensors.filter(({ model }) => model.numel >= LONG);
    for (const held of long.slice(0, -MOST_LONG)) this.release(this.tensors.indexOf(held));
    while (this.tensors.length > MOST) this.release(this.random.integer(0, MOST - 1));
    this.arrays.splice(0, Math.max(0, this.arrays.length - MOST));
    this.views.splice(0, Math.max(0, this.views.length - MOST_VIEWS));
  }

  /** Lets go of a tensor: by dispose where nobody else sees its cells, or by forgetting it. */
  release(at: number): void {
    const [{ tensor: gone, model }] = this.tensors.splice(at, 1);
    const alone = [...this.tensors, ...this.views].every((other) => other.model.cells !== model.cells);
    if (alone && this.random.chance(0.5)) gone.dispose();
  }

  holdArray(data: NumberArray, model: Model): HeldArray {
    const held = { data, model };
    this.arrays.push(held);
    return held;
  }

  /** A tensor that `fits`, from the pool or new. */
  tensorOf(fits: (held: Held) => boolean, make: () => Held): Held {
    const found = this.tensors.filter(fits);
    return found.length > 0 && this.random.chance(0.8) ? this.random.pick(found) : make();
  }

  any(): Held {
    return this.tensorOf(
      () => true,
      () => this.fresh(this.random.pick(REALS), this.shape()),
    );
  }

  /** A new tensor of random numbers. */
  fresh(dtype: RealDType, shape: readonly number[]): Held {
    const model = Model.of(dtype, shape, this.values(dtype, sizeOf(shape)));
    const held = { tensor: this.make(model), model };
    this.hold(held.tensor, model);
    return held;
  }

  /** The tensor of a model: from bits, as no list of numbers says it exactly for every dtype. */
  make({ dtype, shape, values }: Model): Tensor {
    const whole = bitsOf(dtype, values);
    const made = dtype === "bool" ? tensor(whole).to("bool") : tensor(whole, { dtype });
    return made.reshape([...shape]);
  }

  /** Numbers of `dtype`: in short lists the special ones among them. */
  values(dtype: RealDType, n: number): Value[] {
    if (n <= 4096) return randomValues(dtype, n, this.random);
    const scale = isFloat(dtype) ? 0.25 : 1;
    return Array.from({ length: n }, () => this.random.integer(0, 31) * scale);
  }

  shape(): number[] {
    const { random } = this;
    if (random.chance(0.15)) return [random.integer(0, 80)];
    return Array.from({ length: random.integer(0, 4) }, () => random.integer(random.chance(0.05) ? 0 : 1, 5));
  }

  check(held: Held): void {
    const { tensor: found, model } = held;
    if (found.dtype !== model.dtype) throw new Failure(`dtype ${found.dtype}, expected ${model.dtype}`);
    if (found.shape.join() !== model.shape.join()) {
      throw new Failure(`shape [${found.shape.join()}], expected [${model.shape.join()}]`);
    }
    this.compare("a tensor", numbersOf(found, model), model);
  }

  checkArray(word: string, { data, model }: HeldArray): void {
    // Growth of an unshared memory detaches what lies in it.
    if (data.length === 0 && !this.shared) return;
    this.compare(word, numbersIn(model.dtype, data), model);
  }

  private compare(word: string, found: readonly Value[], model: Model): void {
    const wrong = difference(found, model.values);
    if (wrong) throw new Failure(`${word} of ${model.dtype} [${model.shape.join()}]: ${wrong}`);
  }

  /** Some of what is held, or all of it, against the models. */
  checkHeld(all = false): void {
    const chosen = (): boolean => all || this.random.chance(0.1);
    for (const held of this.tensors) if (chosen()) this.check(held);
    for (const held of this.arrays) if (chosen()) this.checkArray("an array", held);
    for (const held of this.views) if (chosen()) this.checkArray("a view from array()", held);
  }
}

/** The elements of a tensor. Of a long one by a copy: `array()` of itself would pin it. */
function numbersOf(found: Tensor, { dtype, shape }: Model): Value[] {
  if (sizeOf(shape) > 256) {
    const copy = found.detach().clone();
    const numbers = numbersIn(dtype, copy.array<never>());
    copy.dispose();
    return numbers;
  }
  const flat = flatten(found.tolist()) as (number | bigint | boolean)[];
  return flat.map((value) => (typeof value === "boolean" ? Number(value) : value));
}
