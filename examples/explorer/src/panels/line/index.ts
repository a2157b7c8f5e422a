/** Robust line: L1, MSE and Huber fitted to the same points at once, in every frame. */
import type uPlot from "uplot";
import { Chart } from "../../chart/chart.js";
import { dot } from "../../chart/marks.js";
import { LOSSES } from "../../losses.js";
import { announce } from "../../ui/announce.js";
import { element } from "../../ui/dom.js";
import { onTheme, themeColor } from "../../ui/theme.js";
import type { Panel, PanelView } from "../panel.js";
import { Cloud, type Point } from "./cloud.js";
import { createControls } from "./controls.js";
import { ends, Fit, FITTED } from "./fit.js";
import { Hands } from "./hands.js";
import { Layer } from "./layer.js";
import { FrameMeter, readout } from "./readout.js";
import { AREA, createStore, type LineState, MOST_ADDED, MOST_MOVED } from "./state.js";

export const line: Panel = { id: "line", title: "Robust line", short: "Line", create: () => new LineView() };

/** Units of y that a line moves by in a frame at most, for so many frames, and it rests. */
const STILL = 2e-4;
const STILL_FRAMES = 40;

class LineView implements PanelView {
  readonly store = createStore();
  readonly root: HTMLElement;
  private readonly controls = createControls(this.store, () => this.restart());
  private readonly chart = this.createChart();
  private readonly readout = readout();
  private readonly meter = new FrameMeter();
  private readonly layer = new Layer();
  private readonly fit = new Fit();
  private cloud = new Cloud(this.store.values);
  /** What the cloud was made of; counts changes of the layer. */
  private made = "";
  private version = 0;
  private selected: number | null = null;
  private frame = 0;
  private still = 0;
  private shown = false;

  constructor() {
    const { surface } = this.chart;
    const about = { role: "application", tabindex: "0", "aria-describedby": "line-help" };
    for (const [name, value] of Object.entries(about)) surface.setAttribute(name, value);
    surface.setAttribute("aria-label", "Points of the chart");
    surface.classList.add("grabbing");
    new Hands({
      surface,
      cloud: () => this.cloud,
      pointAt: (left, top) => this.pointAt(left, top),
      unit: () => this.unit(),
      move: (index, to) => this.move(index, to),
      add: (at) => this.add(at),
      undo: (index) => this.undo(index),
      select: (index) => this.select(index),
    });
    this.root = element(
      "div",
      { class: "panel" },
      this.controls.root,
      element("div", { class: "plots" }, this.chart.root, this.readout.root),
    );
    onTheme(() => this.touchLayer());
    this.store.subscribe(() => this.update());
    this.update();
  }

  visible(shown: boolean): void {
    this.shown = shown;
    if (shown) this.wake();
    else this.rest();
  }

  private createChart(): Chart {
    return new Chart({
      label: "Chart of the points and the three lines; the table below has the lines' equations",
      interactive: true,
      x: { label: "x" },
      y: { label: "y" },
      curves: FITTED.map((id) => ({ ...LOSSES[id], label: LOSSES[id].name, width: 3 })),
      height: (width) => (width < 500 ? 320 : 460),
      under: (plot) => this.drawPoints(plot),
      over: (plot) => this.drawSelected(plot),
    });
  }

  private pointAt(left: number, top: number): Point {
    const { plot } = this.chart;
    return { x: plot.posToVal(left, "x"), y: plot.posToVal(top, "y") };
  }

  private unit(): Point {
    const { surface } = this.chart;
    return {
      x: surface.clientWidth / (AREA.x[1] - AREA.x[0]),
      y: surface.clientHeight / (AREA.y[1] - AREA.y[0]),
    };
  }

  /** Brings the cloud to what the store says. */
  private update(): void {
    const { values } = this.store;
    this.controls.show(values);
    const { n, seed, outliers, moved, added } = values;
    const recipe = JSON.stringify([n, seed, outliers, moved, added]);
    if (recipe !== this.made) {
      this.made = recipe;
      this.cloud = new Cloud(values);
      this.fit.load(this.cloud);
      this.touchLayer();
    }
    this.wake();
  }

  /** Changes points by hand: the store learns of it, the cloud is not made anew. */
  private record(change: Partial<LineState>): void {
    const { n, seed, outliers, moved, added } = { ...this.store.values, ...change };
    this.made = JSON.stringify([n, seed, outliers, moved, added]);
    this.store.set(change);
  }

  private move(index: number, to: Point): void {
    const { moved, added } = this.store.values;
    const point = [round(to.x), round(to.y)];
    if (index < this.cloud.drawn && !this.cloud.moved.has(index)) {
      if (moved.length >= MOST_MOVED) {
        announce(`No more than ${MOST_MOVED} points can be moved.`);
        return;
      }
      this.cloud.moved.add(index);
      this.touchLayer();
    }
    this.cloud.place(index, { x: point[0], y: point[1] });
    this.fit.move(index);
    if (index < this.cloud.drawn) {
      this.record({ moved: [...moved.filter(([other]) => other !== index), [index, ...point]] });
    } else {
      this.record({ added: added.map((old, i) => (i === index - this.cloud.drawn ? point : old)) });
    }
  }

  private add(at: Point): void {
    const { added } = this.store.values;
    if (added.length >= MOST_ADDED) {
      announce(`No more than ${MOST_ADDED} outliers can be added.`);
      return;
    }
    this.store.set({ added: [...added, [round(at.x), round(at.y)]] });
  }

  private undo(index: number): void {
    const { moved, added } = this.store.values;
    if (index >= this.cloud.drawn)
      this.store.set({ added: added.filter((_, i) => i !== index - this.cloud.drawn) });
    else this.store.set({ moved: moved.filter(([other]) => other !== index) });
  }

  private select(index: number | null): void {
    this.selected = index;
    this.wake();
  }

  private touchLayer(): void {
    this.version += 1;
    this.wake();
  }

  private restart(): void {
    this.fit.restart();
    this.wake();
  }

  private wake(): void {
    this.still = 0;
    if (this.shown) this.frame ||= requestAnimationFrame(() => this.tick());
  }

  private rest(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.meter.stop();
  }

  /** One step of each line, and the picture of it. */
  private tick(): void {
    const { lr, delta } = this.store.values;
    const start = performance.now();
    const moved = this.fit.step(lr, delta);
    const fitted = performance.now();
    const [left, right] = FITTED.map((id) => ends(this.fit.lines[id])).reduce<[number[], number[]]>(
      ([lefts, rights], [a, b]) => [
        [...lefts, a],
        [...rights, b],
      ],
      [[], []],
    );
    const rows = FITTED.map((_, i) => [left[i], right[i]]);
    this.chart.plot.batch(() => this.chart.draw([[...AREA.x], ...rows], AREA.x, AREA.y));
    this.meter.note(fitted - start, performance.now() - fitted);
    this.readout.show(this.fit.lines, this.cloud.length, this.meter);
    this.still = moved < STILL ? this.still + 1 : 0;
    this.frame = 0;
    if (this.still < STILL_FRAMES) this.frame = requestAnimationFrame(() => this.tick());
    else this.rest();
  }

  private drawPoints(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const key = [bbox.width, bbox.height, bbox.left, bbox.top, devicePixelRatio, this.version].join();
    const scales = {
      left: (x: number) => plot.valToPos(x, "x", true) - bbox.left,
      top: (y: number) => plot.valToPos(y, "y", true) - bbox.top,
    };
    ctx.drawImage(this.layer.picture(this.cloud, bbox, scales, key), bbox.left, bbox.top);
    for (const i of this.cloud.moved) dot(plot, this.cloud.x[i], this.cloud.y[i], "--ink", 5);
    for (let i = this.cloud.drawn; i < this.cloud.length; i++) {
      dot(plot, this.cloud.x[i], this.cloud.y[i], "--added", 6);
    }
  }

  private drawSelected(plot: uPlot): void {
    if (this.selected === null || this.selected >= this.cloud.length) return;
    const { ctx } = plot;
    const [x, y] = [this.cloud.x[this.selected], this.cloud.y[this.selected]];
    ctx.save();
    ctx.beginPath();
    ctx.arc(plot.valToPos(x, "x", true), plot.valToPos(y, "y", true), 10 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.strokeStyle = themeColor("--focus");
    ctx.lineWidth = 2.5 * devicePixelRatio;
    ctx.stroke();
    ctx.restore();
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
