/**
 * Runs the race by the rules of lossgrad's benchmark: answers are checked, then timed in
 * interleaved rounds.
 */
import { attempt, type Leave, type Pass, timeRounds, warmUp } from "../../../../../bench/contest.js";
import type { Entrant } from "./entrants.js";
import type { Checked } from "./protocol.js";
import type { WorkerRival } from "./rival.js";

/** Rounds that count, after two that warm up. */
const ROUNDS = 5;

export interface Cell {
  readonly entrant: Entrant;
  readonly n: number;
  /** Of one run: one number a round. */
  readonly seconds: readonly number[];
  readonly checked: Checked;
}

/** What the page is told on the way. */
export interface Reporter {
  progress(share: number, label: string): void;
  cell(cell: Cell): void;
  absent(name: string, reason: string): void;
}

export class Contest {
  private readonly rivals = new Map<WorkerRival, Entrant>();
  private stopped = false;

  constructor(
    private readonly pass: Pass,
    private readonly sizes: readonly number[],
    private readonly reporter: Reporter,
  ) {}

  /** Resolves when all sizes were run, or after `stop`. */
  async run(entrants: readonly Entrant[]): Promise<void> {
    for (const entrant of entrants) this.rivals.set(entrant.enter(), entrant);
    try {
      this.reporter.progress(0, "Starting workers");
      await this.each((rival) => rival.start());
      for (const [i, n] of this.sizes.entries()) {
        if (this.stopped) break;
        this.reporter.progress(i / this.sizes.length, `${n.toLocaleString("en")} elements`);
        await this.size(n, i === 0);
      }
    } finally {
      this.endAll();
    }
  }

  stop(): void {
    this.stopped = true;
    this.endAll();
  }

  get wasStopped(): boolean {
    return this.stopped;
  }

  private endAll(): void {
    for (const rival of this.rivals.keys()) rival.end();
  }

  private async size(n: number, first: boolean): Promise<void> {
    const { pass } = this;
    await this.each((rival) => rival.prepare({ n }));
    if (first) await this.each((rival) => warmUp(rival, pass));
    const checked = await this.each((rival) => rival.check(pass));
    const standing = [...checked.keys()];
    const samples = await timeRounds(standing, pass, ROUNDS, this.leave);
    for (const rival of standing) {
      const [entrant, seconds] = [this.rivals.get(rival), samples.get(rival)];
      if (entrant && seconds) this.reporter.cell({ entrant, n, seconds, checked: checked.get(rival)! });
    }
  }

  private each<T>(work: (rival: WorkerRival) => Promise<T>): Promise<Map<WorkerRival, T>> {
    return attempt([...this.rivals.keys()], this.leave, work);
  }

  /** Who fails is out of the race, and the page says why. */
  private readonly leave: Leave<WorkerRival> = (rival, error) => {
    this.rivals.delete(rival);
    rival.end();
    if (!this.stopped) this.reporter.absent(rival.name, error.message);
  };
}
