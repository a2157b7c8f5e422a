/** Rounds of calls: each begins with nothing held, from a seed of its own. */
import { onWarning } from "lossgrad";
import { Random } from "../support/random.js";
import { CALLS, weightsWithout } from "./calls/index.js";
import { World } from "./world.js";

const CALLS_A_ROUND = 300;
const LOGGED = 12;

export interface Tally {
  calls: number;
  rounds: number;
  /** What went wrong first; null if nothing did. */
  failure: { round: number; message: string; log: readonly string[] } | null;
}

interface Plan {
  readonly seed: number;
  readonly first: number;
  readonly shared: boolean;
  /** Whether another round may begin. */
  readonly goOn: (round: number) => boolean;
  /** Kinds of calls that are not made, such as those of a fault that is known. */
  readonly without: readonly string[];
  /** When a round is broken off, in milliseconds as `Date.now` counts. */
  readonly end: number;
}

/** Runs rounds until `goOn` says no, or one fails. */
export async function runRounds(plan: Plan): Promise<Tally> {
  const { seed, first, shared, goOn } = plan;
  onWarning(() => undefined);
  const tally: Tally = { calls: 0, rounds: 0, failure: null };
  for (let round = first; goOn(round) && !tally.failure; round++) {
    const world = new World(new Random(seed + 7919 * round), shared);
    try {
      await runRound(world, tally, plan);
      tally.rounds++;
    } catch (error) {
      tally.failure = { round, message: textOf(error), log: world.log.slice(-LOGGED) };
    }
  }
  onWarning(null);
  return tally;
}

async function runRound(world: World, tally: Tally, { without, end }: Plan): Promise<void> {
  const weights = weightsWithout(without);
  for (let i = 0; i < CALLS_A_ROUND && Date.now() < end; i++) {
    const name = world.random.weighted(weights);
    const made = CALLS[name][1](world);
    // Only where a call waits: a turn of the event loop each time would let finalizers run all the
    // time.
    if (made) await made;
    tally.calls++;
    world.trim();
    world.checkHeld();
  }
  world.checkHeld(true);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
