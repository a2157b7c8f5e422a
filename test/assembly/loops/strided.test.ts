import { describe, expect, it } from "vitest";
import { backends } from "../../support/kernels.js";
import type { Backend } from "../../support/kernels.js";
import { Random } from "../../support/random.js";
import { kernelsOf } from "../families.js";

const TABLE = 64;
/** The flat run and the view, each with room around it. */
const FLAT = 4096;
const VIEW = 65536;
const GUARD = 64;
const EXTENT = 8192;

interface View {
  sizes: number[];
  strides: number[];
}

/**
 * Where element `index` of the view lies, in elements: row-major index, one dimension after the
 * other.
 */
function offsetOf({ sizes, strides }: View, index: number): number {
  let offset = 0;
  for (let d = sizes.length - 1; d >= 0; d--) {
    offset += (index % sizes[d]) * strides[d];
    index = Math.floor(index / sizes[d]);
  }
  return offset;
}

function numelOf({ sizes }: View): number {
  return sizes.reduce((n, size) => n * size, 1);
}

/** Any strides, 0 among them: elements may coincide, and some repeat for several vectors. */
function anyView(random: Random): View {
  if (random.chance(0.2)) {
    return {
      sizes: [random.integer(1, 5), random.integer(1, 70)],
      strides: [random.integer(0, 7), 0],
    };
  }
  const sizes = Array.from({ length: random.integer(1, 6) }, () => random.integer(1, 5));
  return { sizes, strides: sizes.map(() => random.integer(0, 7)) };
}

/** Dimensions in any order, with gaps: no two elements coincide. */
function injectiveView(random: Random): View {
  const sizes = Array.from({ length: random.integer(1, 5) }, () => random.integer(1, 4));
  const strides = sizes.map(() => 0);
  let stride = random.integer(1, 2);
  const order = sizes.map((_, d) => ({ d, key: random.next() })).sort((a, b) => a.key - b.key);
  for (const { d } of order) {
    strides[d] = stride;
    stride *= sizes[d] + random.integer(0, 1);
  }
  return { sizes, strides };
}

/** Bytes to read from, as no element repeats but by chance. */
const BYTES = (() => {
  const random = new Random(1);
  return Uint8Array.from({ length: EXTENT * 16 }, () => random.integer(0, 255));
})();

function writeTable(backend: Backend, { sizes, strides }: View): void {
  backend.fill(TABLE, 3 * 4 * sizes.length + GUARD);
  backend.write(TABLE, Int32Array.of(...sizes, ...strides));
}

/** A range of the view's elements: all of them, or some from any start. */
function anyRange(view: View, random: Random): [start: number, n: number] {
  const numel = numelOf(view);
  if (random.chance(0.3)) return [0, numel];
  const start = random.integer(0, numel - 1);
  return [start, random.integer(0, numel - start)];
}

describe.each(kernelsOf("strided"))("%s", (name, direction, bytes) => {
  const size = Number(bytes);

  /** One random walk, compared byte by byte with the naive one; what differs, in words. */
  function walk(backend: Backend, random: Random): string | null {
    const view = direction === "gather" ? anyView(random) : injectiveView(random);
    const [start, n] = anyRange(view, random);
    const flat = FLAT + random.integer(0, 15 / size) * size;
    const base = VIEW + random.integer(0, 15 / size) * size;
    writeTable(backend, view);
    backend.fill(FLAT - GUARD, n * size + 3 * GUARD);
    backend.fill(VIEW - GUARD, EXTENT * size + 3 * GUARD);
    const source = BYTES.subarray(0, (direction === "gather" ? EXTENT : n) * size);
    backend.write(direction === "gather" ? base : flat, source);
    const [from, to] = direction === "gather" ? [base, flat] : [flat, base];
    const [low, length] = direction === "gather" ? [FLAT, n * size] : [VIEW, EXTENT * size];
    const expected = backend.bytes.slice(low - GUARD, low + length + 2 * GUARD);
    for (let i = 0; i < n; i++) {
      const at = offsetOf(view, start + i);
      const element =
        direction === "gather"
          ? source.subarray(at * size, (at + 1) * size)
          : source.subarray(i * size, (i + 1) * size);
      expected.set(element, to - low + GUARD + (direction === "gather" ? i : at) * size);
    }
    backend.kernels[name](from, to, start, n, view.sizes.length, TABLE);
    const found = backend.bytes.subarray(low - GUARD, low + length + 2 * GUARD);
    let wrong = 0;
    while (wrong < found.length && found[wrong] === expected[wrong]) wrong++;
    const described = `sizes [${view.sizes.join()}], strides [${view.strides.join()}], [${start}, ${start + n})`;
    if (wrong < found.length) return `${described}: byte ${wrong - GUARD} is wrong`;
    const past = backend.firstTouched(TABLE + 3 * 4 * view.sizes.length, GUARD);
    return past < 0 ? null : `${described}: byte ${past - TABLE} of the table was written`;
  }

  it("equals the naive walk over 200 random views, from any start, and touches nothing else", () => {
    for (const backend of backends) {
      for (let seed = 0; seed < 200; seed++) {
        const problem = walk(backend, new Random(seed));
        if (problem) expect.fail(`${backend.name}, seed ${seed}: ${problem}`);
      }
    }
  });
});
