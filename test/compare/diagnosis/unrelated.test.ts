/** Arrays that have nothing to do with each other are given no diagnosis, whatever is in them. */
import { compare } from "lossgrad/compare";
import { expect, it } from "vitest";
import { Random } from "../../support/random.js";

/** Dense, sparse, whole, one-hot, of very different sizes, masked, constant, and a picture's. */
const KINDS: readonly ((random: Random) => number)[] = [
  (random) => random.normal(),
  (random) => (random.chance(0.8) ? 0 : random.normal()),
  (random) => random.integer(0, 9),
  (random) => (random.chance(0.9) ? 0 : 1),
  (random) => Math.exp(3 * random.normal()),
  (random) => (random.chance(0.1) ? -1e9 : random.normal()),
  () => 0,
  (random) => random.integer(0, 255) / 255,
];
const SHAPES = [[5], [12], [3, 4], [8, 8], [1, 3, 6, 6], [3, 20]];

it("no pair of them is a false alarm", () => {
  const random = new Random(6);
  const drawn = (shape: readonly number[], kind: (random: Random) => number) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return { data: Float32Array.from({ length }, () => kind(random)), shape };
  };
  const alarms = Array.from({ length: 80 }, () => {
    const shape = random.pick(SHAPES);
    const { equal, diagnosis } = compare(drawn(shape, random.pick(KINDS)), drawn(shape, random.pick(KINDS)));
    return equal ? null : diagnosis;
  });
  expect(alarms.filter((alarm) => alarm !== null)).toEqual([]);
});

it("a mask's huge numbers do not make rounding of what differs", () => {
  const random = new Random(7);
  const reference = Float32Array.from({ length: 400 }, (_, i) => (i % 4 === 1 ? -1e9 : random.normal()));
  const candidate = reference.map((x) => (x === -1e9 ? x : x + 0.01 * random.normal()));
  expect(compare(reference, candidate)).toMatchObject({ equal: false, diagnosis: null });
  const large = Float64Array.of(1e200, 2e200, 3e200);
  expect(compare(large, Float64Array.of(1e200, 2.5e200, 3e200))).toMatchObject({
    equal: false,
    diagnosis: null,
  });
});
