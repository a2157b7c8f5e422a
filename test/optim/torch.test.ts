/** Steps of optimisers against torch's, bit for bit (fixtures/optim.py). */
import { optim, tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { forceProvider } from "../../src/formula/provider.js";
import text from "../fixtures/optim.json?raw";

interface Case {
  readonly optimizer: "SGD" | "Adam" | "AdamW" | "RMSprop";
  readonly options: Readonly<Record<string, unknown>>;
  readonly start: readonly string[];
  readonly grads: readonly (readonly string[])[];
  readonly params: readonly (readonly string[])[];
}

const { cases } = JSON.parse(text) as { cases: readonly Case[] };

function numberOf(digits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${digits}`));
  return view.getFloat64(0);
}
const numbers = (list: readonly string[]): Float64Array => Float64Array.from(list, numberOf);

const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function stepsOf(
  { optimizer, options, start, grads }: Case,
  dtype: "float64" | "float32" | "float16",
): number[][] {
  const x = tensor(numbers(start)).to(dtype).requiresGrad_();
  const entries = Object.entries(options).map(([name, value]) => [camelCase(name), value]);
  const steps = new optim[optimizer]([x], Object.fromEntries(entries) as object);
  return grads.map((grad) => {
    x.grad = tensor(numbers(grad)).to(dtype);
    steps.step();
    return x.detach().tolist() as number[];
  });
}

describe.each(
  cases.map(
    (one) => [`${one.optimizer}(${JSON.stringify(one.options)}), ${one.start.length} elements`, one] as const,
  ),
)("%s", (_, one) => {
  const expected = one.params.map((param) => [...numbers(param)]);

  it("has torch's bits in float64, whatever computes it", () => {
    for (const provider of ["emitted", "interpreted"] as const) {
      forceProvider(provider);
      try {
        expect(stepsOf(one, "float64"), provider).toEqual(expected);
      } finally {
        forceProvider(null);
      }
    }
  });

  it.each([
    ["float32", 2 ** -20],
    ["float16", 2 ** -7],
  ] as const)("is near them in %s", (dtype, tolerance) => {
    const found = stepsOf(one, dtype).flat();
    const far = expected
      .flat()
      .filter((x, i) => !(Math.abs(found[i] - x) <= tolerance * Math.max(1, Math.abs(x))));
    expect(far).toEqual([]);
  });
});
