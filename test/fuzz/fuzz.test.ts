/** A little of the fuzz; and that it finds what is wrong. */
import { tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { Random } from "../support/random.js";
import { Model } from "./model.js";
import { runRounds } from "./rounds.js";
import { Failure, World } from "./world.js";

describe("the fuzz", () => {
  it("finds nothing in a round", async () => {
    const tally = await runRounds({
      seed: 1,
      first: 0,
      shared: true,
      without: [],
      goOn: (round) => round === 0,
      end: Infinity,
    });
    expect(tally.failure).toBeNull();
    expect(tally.calls).toBeGreaterThan(0);
  });

  it("finds a number that is another than its model's", () => {
    const world = new World(new Random(1), true);
    const held = tensor([1, 2, 3]);
    world.hold(held, Model.of("float32", [3], [1, 2, 3]));
    held.array()[1] = -0;
    expect(() => world.checkHeld(true)).toThrow(Failure);
  });
});
