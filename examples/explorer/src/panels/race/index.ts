/** Race: this tab's benchmark. */
import { Chart } from "../../chart/chart.js";
import type { Range } from "../../chart/range.js";
import { wholeDecades } from "../../chart/splits.js";
import type { Store } from "../../shell/store.js";
import { threadsPossible } from "../../shell/environment.js";
import { announce } from "../../ui/announce.js";
import { checks, choice } from "../../ui/choice.js";
import { button, element, setText } from "../../ui/dom.js";
import { formatSize, formatTime } from "../../ui/format.js";
import { slider } from "../../ui/slider.js";
import type { Panel, PanelView } from "../panel.js";
import { Contest } from "./contest.js";
import { ENTRANTS, TFJS } from "./entrants.js";
import { Results, tableOf } from "./results.js";
import { sameBits } from "./same-bits.js";
import { createStore, FEWEST, MOST, type RaceState, sizesUpTo } from "./state.js";

export const race: Panel = { id: "race", title: "Race", short: "Race", create: () => new RaceView() };

const INTRODUCTION =
  "This times the L1 loss of two float32 arrays in this tab: lossgrad against a well-written JavaScript " +
  "loop. Each runs in a worker of its own, they take turns, and every result is checked before it is " +
  "timed. On a busy machine the times vary, and the ratios vary less.";
const THREADS_NOTE = "This page is not isolated, so lossgrad has one thread.";

class RaceView implements PanelView {
  readonly store = createStore();
  readonly root: HTMLElement;
  private readonly chart = createChart();
  private readonly table = element("div", {
    class: "scrolled",
    tabindex: 0,
    role: "group",
    "aria-label": "Times",
  });
  private readonly status = element("p", { class: "status" });
  private readonly bar = element("progress", { max: 1, value: 0, "aria-label": "Progress of the race" });
  private readonly absences = element("ul", { class: "absences" });
  private readonly go = button("Start the race", () => this.toggle(), "primary");
  private contest: Contest | null = null;
  private results = new Results();

  constructor() {
    this.bar.hidden = true;
    const controls = createControls(this.store);
    const plots = element(
      "div",
      { class: "plots" },
      element("div", { class: "row start" }, this.go, this.status),
      this.bar,
      this.chart.root,
      this.table,
      this.absences,
      sameBits(),
    );
    this.root = element("div", { class: "panel" }, controls.root, plots);
    this.store.subscribe(() => controls.show(this.store.values));
    controls.show(this.store.values);
    this.draw();
    setText(this.status, "Not run yet.");
  }

  visible(): void {
    // A race goes on while another panel is looked at.
  }

  private toggle(): void {
    if (this.contest) this.contest.stop();
    else void this.run();
  }

  private async run(): Promise<void> {
    const { pass, most, entrants } = this.store.values;
    const chosen = ENTRANTS.filter(({ id }) => entrants.includes(id));
    this.results = new Results();
    this.absences.replaceChildren();
    this.draw();
    this.go.textContent = "Stop";
    this.bar.hidden = false;
    const contest = new Contest(pass, sizesUpTo(most), {
      progress: (share, label) => {
        this.bar.value = share;
        setText(this.status, `Running: ${label} …`);
      },
      cell: (cell) => {
        this.results.cells.push(cell);
        this.draw();
      },
      absent: (name, reason) => this.absences.append(element("li", {}, `${name} left the race: ${reason}`)),
    });
    this.contest = contest;
    await contest.run(chosen);
    this.contest = null;
    this.bar.hidden = true;
    this.go.textContent = "Start the race";
    const verdict =
      this.results.cells.length > 0 ? `Results checked: ${this.results.verdict}.` : "No results.";
    setText(this.status, `${contest.wasStopped ? "Stopped" : "Done"}. ${verdict}`);
    announce(this.status.textContent);
  }

  private draw(): void {
    const { results } = this;
    const { sizes } = results;
    const most = Math.max(2 ** MOST.min, ...sizes, 2 ** this.store.values.most);
    const rows = ENTRANTS.map((entrant) =>
      sizes.map((n) => {
        const seconds = results.seconds(entrant, n);
        return seconds === null ? null : seconds * 1e6;
      }),
    );
    const times = rows.flat().filter((time) => time !== null);
    const y: Range = wholeDecades(times.length === 0 ? [0.1, 1000] : times);
    this.chart.draw([sizes, ...rows], [2 ** (FEWEST - 1), 2 * most], y);
    this.table.replaceChildren(...(sizes.length > 0 ? [tableOf(results)] : []));
    this.table.hidden = sizes.length === 0;
  }
}

function createChart(): Chart {
  return new Chart({
    label:
      "Chart of the time of a loss against the number of elements, both axes logarithmic; the table below has the numbers",
    heading: "Time of one call",
    x: { label: "elements", kind: "log", base: 2, format: formatSize },
    y: { label: "time", kind: "log", format: (microseconds) => formatTime(microseconds / 1e6) },
    curves: ENTRANTS.map(({ name, color, dash }) => ({ label: name, color, dash, points: true })),
    height: (width) => (width < 500 ? 280 : 380),
  });
}

function createControls(store: Store<RaceState>): {
  root: HTMLElement;
  show(values: Readonly<RaceState>): void;
} {
  const pass = choice(
    "Computed",
    [
      { value: "value", label: "loss" },
      { value: "gradient", label: "loss and gradient" },
    ],
    (value: RaceState["pass"]) => store.set({ pass: value }),
  );
  const entrants = checks(
    "Take part",
    ENTRANTS.map(({ id, name, color }) => ({
      value: id,
      label: id === TFJS ? `${name} (loads 1 MB)` : name,
      color,
    })),
    (chosen) => (chosen.length > 0 ? store.set({ entrants: chosen }) : entrants.set(store.values.entrants)),
  );
  const most = slider({
    label: "Most elements",
    ...MOST,
    step: 2,
    format: (value) => formatSize(2 ** value),
    onInput: (value) => store.set({ most: value }),
  });
  const note = threadsPossible ? null : element("p", { class: "hint" }, THREADS_NOTE);
  const root = element(
    "form",
    { class: "controls", "aria-label": "Race" },
    element("p", {}, INTRODUCTION),
    pass.root,
    entrants.root,
    note,
    most.root,
  );
  root.addEventListener("submit", (event) => event.preventDefault());
  return {
    root,
    show(values) {
      pass.set(values.pass);
      entrants.set(values.entrants);
      most.set(values.most);
    },
  };
}
