/** Times of the race as a table: medians, ratios to the JS loop, and how exact the results were. */
import { element } from "../../ui/dom.js";
import { formatNumber, formatSize, formatTime } from "../../ui/format.js";
import type { Cell } from "./contest.js";
import { ENTRANTS, type Entrant, LOOP } from "./entrants.js";
import { median, speedUp } from "./statistics.js";

/** Half the distance of two float32 numbers, relative: what a correct rounding may be off by. */
const UNIT = 2 ** -23;

export class Results {
  readonly cells: Cell[] = [];

  cell(entrant: Entrant, n: number): Cell | undefined {
    return this.cells.find((cell) => cell.entrant === entrant && cell.n === n);
  }

  seconds(entrant: Entrant, n: number): number | null {
    const cell = this.cell(entrant, n);
    return cell ? median(cell.seconds) : null;
  }

  /** How many times as fast as the JS loop, taken within each round; null without both. */
  ratio(entrant: Entrant, n: number): number | null {
    const [cell, base] = [
      this.cell(entrant, n),
      this.cell(
        ENTRANTS.find(({ id }) => id === LOOP)!,
        n,
      ),
    ];
    if (!cell || !base) return null;
    return speedUp(base.seconds, cell.seconds);
  }

  get sizes(): number[] {
    return [...new Set(this.cells.map(({ n }) => n))].sort((a, b) => a - b);
  }

  get entrants(): Entrant[] {
    return ENTRANTS.filter((entrant) => this.cells.some((cell) => cell.entrant === entrant));
  }

  /** Said of all results together, since a race of wrong results is none. */
  get verdict(): string {
    const wrong = this.cells.reduce((sum, { checked }) => sum + checked.wrongGradients, 0);
    return this.entrants
      .map((entrant) => {
        const errors = this.cells
          .filter((cell) => cell.entrant === entrant)
          .map(({ checked }) => checked.error);
        return `${entrant.name} off by at most ${formatNumber(Math.max(...errors) / UNIT, 2)} ulp`;
      })
      .concat(wrong > 0 ? [`${wrong} wrong elements of gradients`] : [])
      .join(", ");
  }
}

/** A row for each size: time, and how many times as fast as the loop. */
export function tableOf(results: Results): HTMLElement {
  const { entrants } = results;
  const head = ["elements", ...entrants.map(({ name }) => name)];
  const body = results.sizes.map((n) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, formatSize(n)),
      ...entrants.map((entrant) => cellOf(results, entrant, n)),
    ),
  );
  return element(
    "table",
    {},
    element("caption", {}, "Median time, and how many times as fast as the JS loop"),
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...body),
  );
}

function cellOf(results: Results, entrant: Entrant, n: number): HTMLElement {
  const [seconds, ratio] = [results.seconds(entrant, n), results.ratio(entrant, n)];
  if (seconds === null) return element("td", {}, "–");
  const times = entrant.id === LOOP || ratio === null ? "" : ` ${formatNumber(ratio, 2)} ×`;
  return element("td", {}, formatTime(seconds), element("b", {}, times));
}
