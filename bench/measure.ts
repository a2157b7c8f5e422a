/** Takes rivals through contests: every result is checked before it is timed. */
import {
  attempt,
  type Contest,
  type Entry,
  type Leave,
  type Pass,
  type Rival,
  timeRounds,
  warmUp,
} from "./contest.js";
import { toleratedError } from "./formulas.js";
import { formatSize } from "./format.js";
import { LocalRival } from "./local.js";
import { Operands } from "./operands.js";
import type { Absence } from "./rivals.js";

/** Told before each cell of the tables, with what has been done of the whole, 0 ... 1. */
export type Progress = (share: number, label: string) => void;

export class Measurement {
  readonly entries: Entry[] = [];

  constructor(
    private readonly contests: readonly Contest[],
    private readonly rounds: number,
    private readonly absent: (absence: Absence) => void,
    private readonly progress: Progress,
  ) {}

  async run(): Promise<void> {
    const cells = this.contests.reduce((sum, { sizes, passes }) => sum + sizes.length * passes.length, 0);
    let done = 0;
    for (const contest of this.contests) {
      let standing = contest.rivals;
      for (const n of contest.sizes) {
        const operands = new Operands(n);
        const leave: Leave = (rival, error) => {
          // A failure of our own is no result.
          if (rival instanceof LocalRival) throw error;
          standing = standing.filter((other) => other !== rival);
          const from = n === contest.sizes[0] ? "" : ` from ${formatSize(n)} elements up`;
          this.absent({ name: rival.name + from, reason: error.message });
        };
        await attempt(standing, leave, (rival) => rival.prepare(operands));
        for (const pass of contest.passes) {
          this.progress(done++ / cells, `${contest.title}, ${pass}, ${formatSize(n)} elements`);
          const runners = standing.filter(({ passes }) => passes.includes(pass));
          if (n === contest.sizes[0]) await attempt(runners, leave, (rival) => warmUp(rival, pass));
          await this.measure(contest, pass, runners, operands, leave);
        }
        operands.dispose();
      }
    }
  }

  /** Fills one cell. */
  private async measure(
    { id }: Contest,
    pass: Pass,
    rivals: readonly Rival[],
    operands: Operands,
    leave: Leave,
  ) {
    const checked = await attempt(rivals, leave, async (rival) => {
      const { mean, wrongGradients } = await rival.answer(pass);
      const exact = rival.formula.mean(operands.foreign);
      return { error: Math.abs(mean - exact) / exact, wrongGradients };
    });
    for (const [rival, { error, wrongGradients }] of checked) {
      if (!(rival instanceof LocalRival)) continue;
      if (error > toleratedError(rival.formula) || wrongGradients > 0) {
        throw new Error(
          `${rival.name}, ${operands.n} elements: mean off by ${error}, ${wrongGradients} wrong gradients`,
        );
      }
    }
    const samples = await timeRounds([...checked.keys()], pass, this.rounds, leave);
    for (const [rival, seconds] of samples) {
      const entry = { contest: id, pass, elements: operands.n, rival: rival.name, seconds };
      this.entries.push({ ...entry, ...checked.get(rival)! });
    }
  }
}
