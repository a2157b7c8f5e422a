import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Tensor } from "../../src/index.js";
import { programs } from "../../examples/ported/main.js";
import type { Numbers } from "../../examples/ported/support.js";

/** What PyTorch's twin of a program, in test/fixtures/ported.py, printed and computed. */
interface Recording {
  lines: string[];
  numbers: Record<string, number[]>;
}

const recordings = JSON.parse(
  readFileSync(new URL("../fixtures/ported.json", import.meta.url), "utf8"),
) as Record<string, Recording>;

/**
 * How many float32 roundings of PyTorch's can add up in a number: it rounds each partial sum, by
 * half an ulp of the greatest value at most, and lossgrad's sums are exact. That is the terms of
 * the longest sum where the steps of a descent make earlier differences smaller; the steps of the
 * regression are too long for that, and the roundings of all of them count.
 */
const ROUNDINGS: Record<string, number> = {
  regression: 287 * 32, // all batches
  workflow: 40, // the training data
  "linear-regression": 1000, // the validation data
  dqn: 16, // the hidden layer
  polynomial: 2000, // the points
  "weighted-losses": 96, // two images of three channels
  "nn-tutorial": 640, // the training data, in two epochs
  "time-sequence": 1, // all of it is in float64
};

const HALF_ULP = 2 ** -24;

/**
 * What is computed element by element has PyTorch's bits: losses that are not reduced, and
 * gradients.
 */
function isElementwise(program: string, name: string): boolean {
  return program === "weighted-losses" && /, none$|\.gradient$/.test(name);
}

function listOf(values: Numbers[string]): number[] {
  if (values instanceof Tensor) return values.detach().flatten().tolist() as number[];
  return [...values];
}

/** A float32 to all its digits differs in the last ones; five of them are compared. */
function inShortNumbers(line: string): string {
  return line.replace(/\d+\.\d{7,}/g, (digits) => Number(digits).toPrecision(5));
}

function largest(values: number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

const names = Object.keys(programs);

test("every recording has its program", () => {
  expect(Object.keys(recordings)).toEqual(["torch", ...names]);
});

const runs = Object.fromEntries(
  names.map((name) => {
    const text: string[] = [];
    const numbers = programs[name]((line) => text.push(line));
    return [name, { lines: text.join("\n").split("\n"), numbers }];
  }),
);

test.each(names)("examples/ported/%s.ts prints what PyTorch's run of the same seed printed", (name) => {
  expect(runs[name].lines.map(inShortNumbers)).toEqual(recordings[name].lines.map(inShortNumbers));
});

test.each(
  names.flatMap((name) => Object.keys(recordings[name].numbers).map((part) => [name, part] as const)),
)(
  "examples/ported/%s.ts, %s: within roundings · 2⁻²⁴ · largest value, and bit for bit without sums",
  (name, part) => {
    const expected = recordings[name].numbers[part];
    const found = listOf(runs[name].numbers[part]);
    expect(found).toHaveLength(expected.length);
    const bound = isElementwise(name, part) ? 0 : ROUNDINGS[name] * HALF_ULP * largest(expected);
    expect(largest(found.map((value, i) => value - expected[i]))).toBeLessThanOrEqual(bound);
  },
);
