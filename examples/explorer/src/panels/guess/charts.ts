/** Loss and size of the steps, against the number of steps. */
import { Chart } from "../../chart/chart.js";
import type { Range } from "../../chart/range.js";
import { LOSS_IDS, LOSSES, type LossId } from "../../losses.js";
import { formatNumber } from "../../ui/format.js";
import { limits } from "./limits.js";
import type { Walk } from "./walk.js";

const FEWEST = 20;

export class GuessCharts {
  readonly loss = chart("Loss", "loss", "Chart of the losses by step");
  readonly size = chart(
    "Size of the largest step",
    "size of step",
    "Chart of the largest step of three by step",
  );

  show(walks: ReadonlyMap<LossId, Walk>): void {
    const taken = Math.max(0, ...[...walks.values()].map(({ steps }) => steps.length));
    const x = Array.from({ length: taken + 1 }, (_, i) => i);
    const rows = (of: (walk: Walk) => number[]): (number | null)[][] =>
      LOSS_IDS.map((id) => {
        const walk = walks.get(id);
        const values = walk ? of(walk) : [];
        return x.map((i) => (Number.isFinite(values[i]) ? values[i] : null));
      });
    const width: Range = [0, Math.max(FEWEST, taken)];
    const losses = rows(({ losses: values }) => values);
    const sizes = rows((walk) => walk.steps.map((_, i) => walk.sizeOf(i)));
    this.loss.draw([x, ...losses], width, limits(losses));
    this.size.draw([x, ...sizes], width, limits(sizes));
  }
}

function chart(heading: string, label: string, description: string): Chart {
  return new Chart({
    label: `${description}; the text beside each game tells the last values`,
    heading,
    x: { label: "step" },
    y: { label, kind: "symmetric log", format: (value) => formatNumber(value, 3) },
    curves: LOSS_IDS.map((id) => ({ ...LOSSES[id], label: LOSSES[id].name })),
    height: (width) => (width < 500 ? 200 : 230),
  });
}
