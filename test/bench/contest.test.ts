/** Who is timed, in which order, and what is kept: with rivals that only pretend to take time. */
import { expect, test } from "vitest";
import { attempt, type Rival, timeRounds } from "../../bench/contest.js";
import { L1 } from "../../bench/formulas.js";

const ROUNDS = 4;
const WARM_UP = 2;

/** A rival that takes 4 ms a run: two of them make a sample. `calls` hears of each sample. */
function pretender(name: string, calls: string[], fails: (call: number) => boolean = () => false): Rival {
  let call = 0;
  return {
    name,
    about: "",
    passes: ["value"],
    formula: L1,
    prepare: () => undefined,
    answer: () => ({ mean: 0, wrongGradients: 0 }),
    time(_, repeats) {
      if (fails(call++)) throw new Error("out of breath");
      if (repeats === 2) calls.push(name);
      return repeats * 0.004;
    },
  };
}

test("rivals take turns, another begins each round, and each round gives the seconds of one run", async () => {
  const calls: string[] = [];
  const rivals = ["a", "b", "c"].map((name) => pretender(name, calls));
  const samples = await timeRounds(rivals, "value", ROUNDS, () => undefined);
  const sized = 3;
  expect(calls.slice(sized).join("")).toBe("abcbcacababcbcacab");
  expect([...samples.values()]).toEqual(rivals.map(() => Array<number>(ROUNDS).fill(0.004)));
});

test("a rival that fails leaves with its reason, the others go on", async () => {
  const calls: string[] = [];
  const left: string[] = [];
  const rivals = [pretender("a", calls), pretender("b", calls, (call) => call > WARM_UP + 1)];
  const samples = await timeRounds(rivals, "value", ROUNDS, ({ name }, { message }) =>
    left.push(`${name}: ${message}`),
  );
  expect(left).toEqual(["b: out of breath"]);
  expect([...samples.keys()].map(({ name }) => name)).toEqual(["a"]);
  expect(samples.get(rivals[0])).toHaveLength(ROUNDS);
});

test("nobody left is no error", async () => {
  const nobody = [pretender("a", [], () => true)];
  expect((await timeRounds(nobody, "value", ROUNDS, () => undefined)).size).toBe(0);
  expect(
    (
      await attempt(
        [],
        () => undefined,
        () => 1,
      )
    ).size,
  ).toBe(0);
});
