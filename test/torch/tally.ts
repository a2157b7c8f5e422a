/** How many losses were compared with PyTorch itself, in a line for whoever reads the log. */
import type { Confirmation, LossAnswer } from "../support/loss-case.js";

export class Tally {
  /** Losses whose bits, or nearness, torch itself was asked about. */
  torch = 0;
  private formulas = 0;
  private readonly notes = { torch: new Map<string, number>(), formulas: new Map<string, number>() };

  count(answer: LossAnswer): void {
    if (!("confirmed" in answer) || !answer.confirmed) return;
    const { torch, note }: Confirmation = answer.confirmed;
    const by = torch ? "torch" : "formulas";
    this[by] += 1;
    if (note === undefined) return;
    this.notes[by].set(note, (this.notes[by].get(note) ?? 0) + 1);
  }

  /** Such as `15,000 compared with PyTorch 1.13.0 itself; 5,000 with formulas (5,000: its …)`. */
  line(version: string): string {
    return [
      `${written(this.torch)} compared with PyTorch ${version} itself${listed(this.notes.torch)}`,
      `${written(this.formulas)} with formulas of what the newest computes${listed(this.notes.formulas)}`,
    ].join("; ");
  }
}

function written(count: number): string {
  return count.toLocaleString("en-US");
}

function listed(notes: ReadonlyMap<string, number>): string {
  if (notes.size === 0) return "";
  const most = [...notes].sort(([, a], [, b]) => b - a);
  return ` (${most.map(([note, count]) => `${written(count)}: ${note}`).join("; ")})`;
}
