/**
 * Updates of parameters as formulas: what an optimiser does to each element of a parameter and of
 * its state is written once, traced, and computed in one pass, in place. Hyperparameters are
 * numbers of the program, so that another learning rate needs no other one.
 */
import { lostByProduct, lostBySum } from "../formula/error-free.js";
import { Expression, Trace } from "../formula/expression.js";
import { isProgramDType, type Lowered, lower } from "../formula/lower.js";
import type { ProgramDType } from "../formula/program.js";
import { runProgram } from "../formula/run.js";
import type { Tensor } from "../tensor/tensor.js";

/** What an update reads and writes, by names; of a parameter's dtype and shape. */
type Arrays<K extends string, T> = Readonly<Record<K, T>>;

/**
 * An update of the arrays W, by the gradient and the numbers N.
 *
 * `step` gives the new elements of those arrays that change, rounded after each of torch's
 * operations.
 */
export interface Update<W extends string, N extends string> {
  readonly name: string;
  readonly arrays: readonly W[];
  readonly numbers: readonly N[];
  readonly step: (
    arrays: Arrays<W | "grad", Expression>,
    numbers: Arrays<N, Expression>,
  ) => Partial<Arrays<W, Expression>>;
}

/** The updates that `make` makes of forms, each made once: a form is the words that tell it. */
export function updatesOf<F extends object, U>(make: (form: F) => U): (form: F) => U {
  const made = new Map<string, U>();
  return (form) => {
    const key = Object.values(form).join();
    let found = made.get(key);
    if (found === undefined) made.set(key, (found = make(form)));
    return found;
  };
}

interface Compiled {
  readonly lowered: Lowered;
  /** The places of the arrays that are written, in the order of the program's outputs. */
  readonly written: readonly number[];
}

/** The programs of each update by dtype. */
const compiled = new WeakMap<object, Map<ProgramDType, Compiled>>();

function compile<W extends string, N extends string>(
  { name, arrays, numbers, step }: Update<W, N>,
  dtype: ProgramDType,
): Compiled {
  const trace = new Trace(name);
  const names = [...arrays, "grad", ...numbers];
  const operands = names.map((_, i) => Expression.operand(trace, i, { dtype, shape: [1] }));
  const all = Object.fromEntries(names.map((word, i) => [word, operands[i]]));
  const results = step(all as never, all as never) as Partial<Record<string, Expression>>;
  trace.open = false;
  const written = arrays.flatMap((word, i) => (results[word] ? [i] : []));
  const outputs = written.map((i) => ({ role: "store" as const, from: results[arrays[i]]!.to(dtype) }));
  return { lowered: lower(outputs, dtype, (operand) => operand > arrays.length)!, written };
}

function compiledFor<W extends string, N extends string>(
  update: Update<W, N>,
  dtype: ProgramDType,
): Compiled {
  let byDtype = compiled.get(update);
  if (!byDtype) compiled.set(update, (byDtype = new Map<ProgramDType, Compiled>()));
  let found = byDtype.get(dtype);
  if (!found) byDtype.set(dtype, (found = compile(update, dtype)));
  return found;
}

/** Updates arrays of one shape and dtype in place; their versions count it. */
export function apply<W extends string, N extends string>(
  update: Update<W, N>,
  arrays: Arrays<W | "grad", Tensor>,
  numbers: Arrays<N, number>,
): void {
  const tensors = [...update.arrays.map((word) => arrays[word]), arrays.grad];
  const { dtype } = tensors[0];
  if (tensors[0].nd.numel === 0 || !isProgramDType(dtype)) return;
  const { lowered, written } = compiledFor(update, dtype);
  const values = update.numbers.map((word) => numbers[word]);
  runProgram({
    program: lowered.program,
    operands: lowered.operands.map((i) => tensors[i].nd),
    numbers: lowered.numbers((i) => values[i - tensors.length]),
    mask: null,
    outputs: written.map((i) => tensors[i].nd),
  });
  for (const i of written) tensors[i].version.count++;
}

/**
 * c + a · b. In float64 it is rounded once, as processors with a fused multiplication and addition
 * do and torch's kernels show: the product's rounding error is found (Dekker, 1971) and added. In
 * float32 both operations round; halves are computed in float32, and rounded at the end.
 */
export function fusedMultiplyAdd(c: Expression, a: Expression, b: Expression): Expression {
  if (c.dtype === "float32") return c.add(a.mul(b));
  if (c.dtype !== "float64") {
    return c
      .to("float32")
      .add(a.to("float32").mul(b.to("float32")))
      .to(c.dtype);
  }
  const product = a.mul(b);
  const sum = product.add(c);
  const lost = lostByProduct(a, b, product);
  const fused = sum.add(lostBySum(product, c, sum).add(lost));
  // Where a part is out of range, the plain sum is.
  return fused.isfinite().choose(fused, sum);
}

/** A weight as `lerp` takes it: whichever end is nearer, one product is added to it. */
export function lerpWeight(weight: number): { readonly weight: number; readonly light: boolean } {
  const light = Math.abs(weight) < 0.5;
  return { weight: light ? weight : weight - 1, light };
}

/** start + weight (end - start), as torch.lerp computes it; see lerpWeight. */
export function lerp(start: Expression, end: Expression, weight: Expression, light: boolean): Expression {
  return fusedMultiplyAdd(light ? start : end, end.sub(start), weight);
}
