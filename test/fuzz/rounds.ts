/** Rounds of calls: each begins with nothing held, from a seed of its own. */
import { onWarning } from "lossgrad";
import { Random } from "../support/random.js";
import { CALLS, WEIGHTS } from "./calls/index.js";
import { World } from "./world.js";

const CALLS_A_ROUND = 300;
const LOGGED = 12;

export interface Tally {
  calls: number;
  rounds: number;
  /** What went wrong first; null if nothing did. */
  failure: { round: number; message: string; log: readonly string[] } | null;
}

/** Runs rounds until `goOn` says no, or one fails. */
export async function runRounds(
  seed: number,
  first: number,
  shared: boolean,
  goOn: (round: number) => boolean,
): Promise<Tally> {
  onWarning(() => undefined);
  const tally: Tally = { calls: 0, rounds: 0, failure: null };
  for (let round = first; goOn(round) && !tally.failure; round++) {
    const world = new World(new Random(seed + 7919 * round), shared);
    try {
      await runRound(world, tally);
      tally.rounds++;
    } catch (error) {
      tally.failure = { round, message: textOf(error), log: world.log.slice(-LOGGED) };
    }
  }
  onWarning(null);
  return tally;
}

async function runRound(world: World, tally: Tally): Promise<void> {
  for (let i = 0; i < CALLS_A_ROUND; i++) {
    const name = world.random.weighted(WEIGHTS);
    const made = CALLS[name][1](world);
    // Only where a call waits: a turn of the event loop each time would let finalizers run all the time.
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
