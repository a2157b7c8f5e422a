/** Loss and gradient of each loss against the prediction, for a target that is dragged. */
import type uPlot from "uplot";
import { Chart, type Axis } from "../../chart/chart.js";
import { dot, verticalLine, zeroLine } from "../../chart/marks.js";
import { element, setText } from "../../ui/dom.js";
import { formatExactly, formatNumber } from "../../ui/format.js";
import { Handle } from "../../ui/handle.js";
import type { Panel, PanelView } from "../panel.js";
import { createControls } from "./controls.js";
import { evaluate, probe, rounded, type Probe } from "./evaluate.js";
import { limits } from "./limits.js";
import { ownFormula } from "./own.js";
import { readout } from "./readout.js";
import { ROWS, shownRows } from "./rows.js";
import { createStore, origin, WHOLE, windowOf } from "./state.js";

/**
 * Predictions at which the curves are computed: finer than pixels, so that a dtype's steps have
 * edges.
 */
const POINTS = 1601;

const NOTHING = new Array<null>(POINTS).fill(null);

export const curves: Panel = {
  id: "curves",
  title: "Curves",
  short: "Curves",
  create: () => new CurvesView(),
};

class CurvesView implements PanelView {
  readonly store = createStore();
  readonly root: HTMLElement;
  private readonly controls = createControls(this.store);
  private readonly readout = readout();
  private readonly own = ownFormula(() => this.schedule());
  private readonly note = element("p", { class: "note" });
  private readonly charts: Record<"loss" | "gradient", Chart>;
  private readonly target: Handle;
  private readonly prediction: Handle;
  private probes: readonly Probe[] = [];
  private pending = 0;

  constructor() {
    this.charts = { loss: this.chart("loss"), gradient: this.chart("gradient") };
    this.target = this.handle("target", (target) => ({ target }));
    this.prediction = this.handle("prediction", (prediction) => ({ prediction }));
    const { loss, gradient } = this.charts;
    for (const { surface } of [loss, gradient]) this.followPointer(surface);
    loss.surface.append(this.prediction.root, this.target.root);
    const plots = element("div", { class: "plots" }, loss.root, gradient.root, this.note, this.readout.root);
    this.root = element("div", { class: "panel" }, this.controls.root, plots);
    this.store.subscribe(() => this.schedule());
  }

  visible(shown: boolean): void {
    if (shown) this.schedule();
  }

  private chart(what: "loss" | "gradient"): Chart {
    const x: Axis = { label: "prediction", format: (value) => formatNumber(value, 3) };
    return new Chart({
      label: `Chart of the ${what} against the prediction; the table below has its values at the prediction`,
      interactive: what === "loss",
      heading: what === "loss" ? "Loss" : "Gradient: the slope of the loss; a step goes against it",
      x,
      y: { label: what, room: 6, format: (value) => formatNumber(value, 3) },
      curves: ROWS.map((row) => ({ ...row, label: row.name })),
      height: (width) => (width < 500 ? 250 : what === "loss" ? 320 : 240),
      under: zeroLine,
      over: (plot) => this.mark(plot, what),
      placed: () => this.placeHandles(),
    });
  }

  /** The prediction goes where the plot is pressed, and along with the pointer. */
  private followPointer(surface: HTMLElement): void {
    const follow = (event: PointerEvent): void => {
      const { plot } = this.charts.loss;
      const left = event.clientX - surface.getBoundingClientRect().left;
      const value = origin(this.store.values) + plot.posToVal(left, "x");
      this.store.set({ prediction: Math.min(WHOLE.max, Math.max(WHOLE.min, value)) });
    };
    surface.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      surface.setPointerCapture(event.pointerId);
      follow(event);
    });
    surface.addEventListener("pointermove", (event) => {
      if (surface.hasPointerCapture(event.pointerId)) follow(event);
    });
  }

  private handle(
    kind: "target" | "prediction",
    change: (value: number) => { target: number } | { prediction: number },
  ): Handle {
    const width = (): number => {
      const [left, right] = windowOf(this.store.values);
      return right - left;
    };
    return new Handle({
      label: kind,
      kind,
      ...WHOLE,
      step: () => width() / 200,
      pixelsPerUnit: () => this.charts.loss.width / width(),
      format: (value) => formatNumber(value, 5),
      onMove: (value) => this.store.set(change(tidyUp(value, width()))),
    });
  }

  /** Once before the next frame, however many changes there were. */
  private schedule(): void {
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      this.render();
    });
  }

  private render(): void {
    const { values } = this.store;
    const { target, prediction, dtype } = values;
    this.controls.show(values);
    this.own.read(values.formula);
    this.controls.complain(this.own.problem);
    const rows = shownRows(values, this.own.each);
    const [left, right] = windowOf(values);
    const x = Float64Array.from({ length: POINTS }, (_, i) => left + ((right - left) * i) / (POINTS - 1));
    const predictions = x.map((value) => origin(values) + value);
    const shown = rows.map(({ id, each }) => ({ id, ...evaluate(each, predictions, target, dtype, values) }));
    this.probes = probe(rows, prediction, target, dtype, values);
    const axis = values.zoom === 0 ? "prediction" : "prediction − target";
    for (const what of ["loss", "gradient"] as const) {
      const chart = this.charts[what];
      chart.plot.axes[0].label = axis;
      const y = limits(shown.map((curve) => ({ id: curve.id, values: curve[what] })));
      chart.draw(
        [x, ...ROWS.map(({ id }) => drawn(shown.find((curve) => curve.id === id)?.[what]))],
        [left, right],
        y,
      );
      chart.describe(describe(what, this.probes, prediction, target));
    }
    this.readout.show(this.probes, dtype);
    setText(this.note, roundingNote(prediction, target, dtype));
  }

  private mark(plot: uPlot, what: "loss" | "gradient"): void {
    const { values } = this.store;
    verticalLine(plot, values.target - origin(values), "--ink", [4, 4]);
    verticalLine(plot, values.prediction - origin(values), "--muted");
    for (const { color, [what]: y } of this.probes) {
      if (Number.isFinite(y)) dot(plot, values.prediction - origin(values), y, color);
    }
  }

  private placeHandles(): void {
    const { values } = this.store;
    const [left, right] = windowOf(values);
    for (const kind of ["target", "prediction"] as const) {
      const at = values[kind] - origin(values);
      const inside = at >= left && at <= right;
      this[kind].set(values[kind], inside ? ((at - left) / (right - left)) * this.charts.loss.width : null);
    }
  }
}

/** The ordinates of a curve; a gap where it is not shown, or where there is no number to draw. */
function drawn(values: Float64Array | undefined): ArrayLike<number | null> {
  if (!values) return NOTHING;
  return values.every(Number.isFinite)
    ? values
    : Array.from(values, (value) => (Number.isFinite(value) ? value : null));
}

/** In the whole window a drag gives short numbers: steps of a hundredth. */
function tidyUp(value: number, width: number): number {
  return width === WHOLE.max - WHOLE.min ? Math.round(value * 100) / 100 : value;
}

function describe(
  what: "loss" | "gradient",
  probes: readonly Probe[],
  prediction: number,
  target: number,
): string {
  const parts = probes.map((row) => `${row.name} ${formatNumber(row[what])}`);
  return `Chart of the ${what} against the prediction. Prediction ${formatNumber(prediction)}, target ${formatNumber(target)}: ${parts.join(", ")}.`;
}

function roundingNote(prediction: number, target: number, dtype: "float16" | "float32" | "float64"): string {
  const part = (name: string, value: number): string => {
    const held = rounded(value, dtype);
    return held === value
      ? `the ${name} exactly`
      : `${formatExactly(held)} for the ${name} ${formatExactly(value)}`;
  };
  return `${dtype} holds ${part("prediction", prediction)} and ${part("target", target)}.`;
}
