/**
 * torch's own cases, asked for live: the module inputs, the OpInfo samples, the reference inputs and
 * the error inputs of each loss of the tables, with the values, gradients and errors of torch itself.
 */
import type { Tensor } from "lossgrad";
import { F, nn, tidy } from "lossgrad";
import { describe, expect, test } from "vitest";
import { type RowLossName, rowLosses } from "../../src/loss/row-losses.js";
import { rowwiseLosses, type RowwiseLossName } from "../../src/loss/rowwise.js";
import { expectClose } from "../support/close.js";
import { pathRounding } from "../support/ctc.js";
import { type AnyLoss, FORMULAS, formulaOf, isTorchs, LOSSES, rowOf } from "../support/losses.js";
import { leafOf, type WireArray } from "../support/wire.js";
import { liveTorch } from "./live.js";
import { pythonWithTorch } from "./process.js";

type Shown =
  | (WireArray & { readonly requires: boolean })
  | { readonly chunks: Readonly<Record<string, number | boolean | string | null>> }
  | number
  | boolean
  | string
  | readonly number[]
  | null;

interface TorchCase {
  readonly kind: "module" | "function";
  readonly options: Readonly<Record<string, Shown>>;
  readonly operands: readonly Shown[];
  /** The parameters of a module. */
  readonly state?: Readonly<Record<string, WireArray>>;
  readonly error?: string;
  readonly value?: WireArray;
  readonly grads?: readonly (WireArray | null)[];
  /** The gradients of options and parameters. */
  readonly others?: Readonly<Record<string, WireArray>>;
}

type Call = (...args: unknown[]) => Tensor;

const python = pythonWithTorch();
const FURTHER = {
  ctcLoss: "CTCLoss",
  linearCrossEntropy: "LinearCrossEntropyLoss",
  linear: "Linear",
  cosineSimilarity: "CosineSimilarity",
  pairwiseDistance: "PairwiseDistance",
};
type Name = AnyLoss | RowLossName | RowwiseLossName | keyof typeof FURTHER;
/** The names of functions and of their modules. */
const NAMES: readonly (readonly [Name, string])[] = [
  ...LOSSES.map((name) => [name, rowOf(name).module] as const),
  ...FORMULAS.filter(isTorchs).map((name) => [name, formulaOf(name).module] as const),
  ...Object.values(rowLosses).map(({ name, module }) => [name, module] as const),
  ...Object.values(rowwiseLosses).map(({ name, module }) => [name, module] as const),
  ...Object.entries(FURTHER).map(([name, module]) => [name as Name, module] as const),
];
/** The sizes that a module takes before its options. */
const SIZES: Readonly<Record<string, readonly string[]>> = {
  Linear: ["inFeatures", "outFeatures"],
  LinearCrossEntropyLoss: ["inFeatures", "numClasses"],
};

const inCamelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const inSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe.skipIf(python === null)("torch's own cases (skipped where no Python has torch)", () => {
  const live = liveTorch(python);

  test.each(NAMES)("of %s and its module: values, gradients and errors", async (name, module) => {
    // Its lists of cases are others, and it lacks a part of the losses' dtypes.
    if (live.version.old) return;
    live.torch.ask([{ casesOf: { module, function: inSnakeCase(name) } }]);
    const [cases] = (await live.torch.read()) as [TorchCase[]];
    console.log(`${name}: ${cases.length} cases of PyTorch ${live.version.torch}`);
    expect(cases.length).toBeGreaterThan(0);
    const failures = cases.flatMap((one) => tidy(() => differences(name, module, one)));
    expect(failures.slice(0, 5)).toEqual([]);
  });
});

function differences(name: Name, module: string, asked: TorchCase): string[] {
  try {
    compare(name, module, asked);
    return [];
  } catch (error) {
    const { kind, options, operands, error: expected } = asked;
    const shown = { kind, options, operands, error: expected };
    return [`${(error as Error).message}\n${JSON.stringify(shown).slice(0, 1500)}`];
  }
}

/** A module with the parameters of torch's. */
function moduleOf(module: string, named: Readonly<Record<string, unknown>>, state: TorchCase["state"]): Call {
  const { [module as "Linear"]: Module } = nn;
  const sizes = SIZES[module] ?? [];
  const options = Object.fromEntries(Object.entries(named).filter(([word]) => !sizes.includes(word)));
  const made = new (Module as new (...args: unknown[]) => nn.Linear)(
    ...sizes.map((size) => named[size]),
    options,
  );
  const leaves = Object.entries(state ?? {}).map(([word, value]) => [word, leafOf(value)] as const);
  if (leaves.length > 0) made.loadStateDict(Object.fromEntries(leaves));
  return made as unknown as Call;
}

function compare(name: Name, module: string, { kind, options, operands, state, ...answer }: TorchCase): void {
  const given = operands.map(read);
  const named = namedOf(options);
  let made: unknown;
  const call = (): Tensor => {
    if (kind === "function") return (F[name] as Call)(...given, named);
    const instance = moduleOf(module, named, state);
    made = instance;
    return instance(...given);
  };
  if (answer.error !== undefined) {
    // Python writes the numbers of messages as floats.
    const plain = (text: string): string => text.replace(/(\d)\.0\b/g, "$1");
    expect(plain(messageOf(call))).toContain(plain(answer.error));
    return;
  }
  const value = call();
  expectClose(value.detach(), leafOf(answer.value!));
  if (value.requiresGrad) value.backward(value.detach().zeros().add(1));
  answer.grads!.forEach((expected, i) => {
    const found = given[i];
    const rounding = name === "ctcLoss" ? pathRounding(given[0] as Tensor) : 0;
    if (expected) expectClose((found as Tensor).grad, leafOf(expected), rounding);
  });
  const parameters = made instanceof nn.Module ? Object.fromEntries(made.namedParameters()) : {};
  for (const [word, expected] of Object.entries(answer.others!)) {
    const found = parameters[word] ?? named[inCamelCase(word)];
    expectClose(found.grad, leafOf(expected));
  }
}

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
}

const namedOf = (options: Readonly<Record<string, Shown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([word, value]) => [inCamelCase(word), read(value)]));

function read(value: Shown): unknown {
  if (typeof value === "object" && value !== null && "chunks" in value) {
    return new nn.LinearCrossEntropyOptions(namedOf(value.chunks));
  }
  return typeof value === "object" && value !== null && "bytes" in value
    ? leafOf(value, value.requires)
    : value;
}
