/** Random calls of the losses. */
import { inTable, WIRE_LOSSES } from "../support/loss-case.js";
import type { LossCase, LossName, OperandName } from "../support/loss-case.js";
import { rowOf } from "../support/losses.js";
import { encode } from "../support/wire.js";
import type { WireArray } from "../support/wire.js";
import type { DType } from "lossgrad";
import type { Random } from "../support/random.js";
import { product, shapePair } from "./shapes.js";
import type { ShapePair } from "./shapes.js";
import { FLOATS, INTEGERS, floats, integers, isFloat, onGrid, special } from "./values.js";
import type { FloatType } from "./values.js";

const PARAMETERS = [undefined, 0.5, 1, 2, 0.7, 1.7, 0.1, 3, 0.001];

export function lossCase(random: Random): LossCase {
  const loss = random.pick(WIRE_LOSSES);
  const row = rowOf(inTable(loss));
  const dtypes = operandTypes(random, loss);
  const shapes = shapePair(random);
  const reduction = random.pick(["none", "mean", "sum"] as const);
  const made: LossCase = { loss, reduction, ...operands(random, dtypes, shapes, loss), requires: [] };
  if (made.parameter === undefined) delete made.parameter;
  if (dtypes.every((dtype) => !isFloat(dtype) && !isComplex(dtype))) {
    // torch has no mean of integers; the error is tested by itself.
    return { ...made, reduction: random.pick(["none", "sum"] as const) };
  }
  const [dtype, other] = dtypes;
  if (isFloat(dtype) && dtype === other && row.weightedMean && random.chance(0.15)) {
    made.weight = weight(random, dtype, shapes.first);
  }
  made.requires = requires(random, made, shapes);
  if (made.requires.length > 0 && random.chance(0.6)) made.upstream = upstream(random, made, shapes);
  return made;
}

function isComplex(dtype: DType): boolean {
  return dtype.startsWith("complex");
}

function operandTypes(random: Random, loss: LossName): [DType, DType] {
  const kind = random.weighted({
    float32: 35,
    float64: 18,
    float16: 15,
    bfloat16: 15,
    mixed: 8,
    integers: 3,
    complex: 4,
  });
  if (isFloat(kind as DType)) return [kind as DType, kind as DType];
  const { anyDType } = rowOf(inTable(loss));
  if (kind === "mixed" || !anyDType) {
    const others = anyDType ? [...FLOATS, ...INTEGERS] : FLOATS;
    const pair: [DType, DType] = [random.pick(FLOATS), random.pick(others)];
    return anyDType && random.chance(0.5) ? [pair[1], pair[0]] : pair;
  }
  if (kind === "integers") return [random.pick(INTEGERS), random.pick(INTEGERS)];
  const complex = random.pick(["complex64", "complex128"] as const);
  return random.pick<[DType, DType]>([
    [complex, complex],
    [complex, random.pick(["float32", "float64"] as const)],
    [random.pick(["float32", "float64"] as const), complex],
  ]);
}

type Operands = Pick<LossCase, "input" | "target" | "parameter">;

function operands(random: Random, dtypes: [DType, DType], shapes: ShapePair, loss: LossName): Operands {
  const row = rowOf(inTable(loss)).parameter;
  const parameter = row ? random.pick(PARAMETERS) : undefined;
  const beta = row?.refused === "negative" && random.chance(0.05) ? 0 : parameter;
  const firstLeaf = shapes.firstLeaf ?? shapes.first;
  const secondLeaf = shapes.secondLeaf ?? shapes.second;
  const inputs = values(random, dtypes[0], product(firstLeaf));
  const targets = values(random, dtypes[1], product(secondLeaf));
  if (inputs.length === targets.length && isFloat(dtypes[0]) && isFloat(dtypes[1])) {
    placeTies(random, inputs, targets, beta ?? 1);
  }
  return {
    input: wire(dtypes[0], inputs, firstLeaf, shapes.firstLeaf && shapes.first),
    target: wire(dtypes[1], targets, secondLeaf, shapes.secondLeaf && shapes.second),
    parameter: beta,
  };
}

/** Some targets equal to their input, some just the threshold away. */
function placeTies(random: Random, inputs: readonly number[], targets: number[], threshold: number): void {
  const ties = random.pick([0, 0.1, 0.5]);
  for (let i = 0; i < targets.length; i++) {
    if (random.chance(ties)) targets[i] = inputs[i] + random.pick([0, 0, threshold, -threshold]);
  }
}

function wire(dtype: DType, numbers: number[], shape: number[], expand: number[] | undefined): WireArray {
  const made = encode(dtype, shape, numbers);
  return expand ? { ...made, expand } : made;
}

function values(random: Random, dtype: DType, count: number): number[] {
  if (isFloat(dtype)) return floats(random, dtype, count);
  if (!isComplex(dtype)) return integers(random, dtype, count);
  // Finite and of ordinary size: what torch does with complex infinities differs from release to
  // release.
  const draw = random.chance(0.5) ? () => random.normal() * 3 : () => onGrid(random);
  return Array.from({ length: 2 * count }, draw);
}

/**
 * Multiples of 1/8 whose sum is exact in float32, zeros among them: so the divisor of the mean has
 * one value only.
 */
function weight(random: Random, dtype: FloatType, shape: number[]): WireArray {
  const numbers = Array.from(
    { length: product(shape) },
    () => random.integer(random.chance(0.1) ? -8 : 0, 16) / 8,
  );
  return encode(dtype, shape, numbers);
}

function requires(random: Random, made: LossCase, shapes: ShapePair): OperandName[] {
  const { first, second, firstLeaf = first, secondLeaf = second } = shapes;
  const broadcast = [second, firstLeaf, secondLeaf].some((shape) => shape.join() !== first.join());
  if (broadcast && [made.input, made.target].some(({ dtype }) => isComplex(dtype))) return [];
  return (["input", "target", "weight"] as const).filter((name) => {
    const operand = made[name];
    return operand && (isFloat(operand.dtype) || isComplex(operand.dtype)) && random.chance(0.7);
  });
}

function upstream(random: Random, made: LossCase, shapes: ShapePair): WireArray {
  const dtype = resultType(made);
  const shape = made.reduction === "none" ? broadcastShape(shapes) : [];
  const numbers = shape.length
    ? floats(random, dtype, product(shape))
    : [random.weighted({ special: 1, normal: 2 }) === "special" ? special(random, dtype) : random.normal()];
  return encode(dtype, shape, numbers);
}

const RANKS: Record<string, number> = {
  float16: 1,
  bfloat16: 1,
  float32: 2,
  float64: 3,
  complex64: 2,
  complex128: 3,
};

/** The dtype of the loss: the promoted one, real, or the input's where that decides. */
function resultType(made: LossCase): FloatType {
  const { input, target } = made;
  if (rowOf(inTable(made.loss)).inputDecidesDType) return input.dtype as FloatType;
  if (input.dtype === target.dtype && isFloat(input.dtype)) return input.dtype;
  const ranks = [input, target].map(({ dtype }) => RANKS[dtype] ?? 0);
  const rank = Math.max(...ranks);
  if (rank === 1 && ranks.includes(0)) return (ranks[0] === 1 ? input.dtype : target.dtype) as FloatType;
  return rank === 3 ? "float64" : "float32";
}

function broadcastShape({ first, second }: ShapePair): number[] {
  const ndim = Math.max(first.length, second.length);
  const size = (shape: number[], i: number): number => shape[i - ndim + shape.length] ?? 1;
  return Array.from({ length: ndim }, (_, i) => (size(first, i) === 1 ? size(second, i) : size(first, i)));
}
