/** The lines as numbers, and what a frame takes. */
import { LOSSES } from "../../losses.js";
import { element, setText } from "../../ui/dom.js";
import { count, formatNumber } from "../../ui/format.js";
import { coefficients, FITTED, type Fitted, type Line } from "./fit.js";

/** Frames over which times are averaged. */
const WINDOW = 30;
/** Frames between two changes of the text. */
const PACE = 10;

/** Times of the last frames. */
export class FrameMeter {
  private readonly fits: number[] = [];
  private readonly drawings: number[] = [];
  private readonly ends: number[] = [];

  note(fit: number, drawing: number): void {
    for (const [times, time] of [
      [this.fits, fit],
      [this.drawings, drawing],
      [this.ends, performance.now()],
    ] as const) {
      times.push(time);
      if (times.length > WINDOW) times.shift();
    }
  }

  /** The clock goes on while nothing is drawn. */
  stop(): void {
    this.ends.length = 0;
  }

  get fit(): number {
    return mean(this.fits);
  }

  get drawing(): number {
    return mean(this.drawings);
  }

  /** Null until there are enough. */
  get rate(): number | null {
    if (this.ends.length < WINDOW / 2) return null;
    return (1000 * (this.ends.length - 1)) / (this.ends.at(-1)! - this.ends[0]);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

export interface Readout {
  readonly root: HTMLElement;
  show(lines: Readonly<Record<Fitted, Line>>, points: number, meter: FrameMeter): void;
}

export function readout(): Readout {
  const rows = FITTED.map((id) => {
    const { name, color } = LOSSES[id];
    const [equation, loss] = [element("td"), element("td")];
    const mark = element("span", { class: "mark", style: `--mark: var(${color})` });
    return {
      id,
      equation,
      loss,
      root: element("tr", {}, element("th", { scope: "row" }, mark, name), equation, loss),
    };
  });
  const heads = ["fitted by", "line", "its loss"].map((text) => element("th", { scope: "col" }, text));
  const table = element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows.map(({ root }) => root)),
  );
  const pace = element("p", { class: "note pace" });
  let frames = 0;
  return {
    root: element("div", { class: "scrolled" }, table, pace),
    show(lines, points, meter) {
      for (const { id, equation, loss } of rows) {
        const { a, b } = coefficients(lines[id]);
        const sign = b < 0 ? "−" : "+";
        setText(equation, `y = ${formatNumber(a, 3)} ${sign} ${formatNumber(Math.abs(b), 3)} x`);
        setText(loss, formatNumber(lines[id].loss, 4));
      }
      // A text that changes sixty times a second cannot be read, and costs a layout each time.
      if (frames++ % PACE !== 0) return;
      const rate = meter.rate === null ? "" : `, ${meter.rate.toFixed(0)} frames a second`;
      setText(
        pace,
        `${count(points, "point")}: a frame takes ${meter.fit.toFixed(1)} ms to fit three lines and ${meter.drawing.toFixed(1)} ms to draw${rate}.`,
      );
    },
  };
}
