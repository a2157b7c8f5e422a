/**
 * A uPlot chart in the page's colours that fills its width; what is drawn besides the curves is
 * told by hooks.
 */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { element } from "../ui/dom.js";
import { formatNumber } from "../ui/format.js";
import { onTheme, themeColor } from "../ui/theme.js";
import type { Range } from "./range.js";
import { powers, symmetricPowers } from "./splits.js";

export interface Axis {
  readonly label: string;
  /**
   * Distribution of the scale: "symmetric log" is asinh, which is linear about 0 and takes negative
   * numbers.
   */
  readonly kind?: "linear" | "log" | "symmetric log";
  /** Of a logarithmic axis. */
  readonly base?: 2 | 10;
  readonly format?: (value: number) => string;
  /**
   * Characters of the longest number at least: charts that lie below each other begin at one place
   * then.
   */
  readonly room?: number;
}

export interface Curve {
  readonly label: string;
  /** A custom property of style.css. */
  readonly color: string;
  readonly dash?: readonly number[];
  readonly width?: number;
  readonly points?: boolean;
}

export interface ChartOptions {
  /** What assistive technology is told that this is. */
  readonly label: string;
  /** Whether controls lie on it: what is inside an image is not told to assistive technology. */
  readonly interactive?: boolean;
  readonly heading?: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly curves: readonly Curve[];
  readonly height: (width: number) => number;
  /** Drawn below the curves, above the grid. */
  readonly under?: (plot: uPlot) => void;
  /** Drawn above the curves. */
  readonly over?: (plot: uPlot) => void;
  /** After each drawing: places for what lies on the chart. */
  readonly placed?: () => void;
}

const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
/** uPlot's numbers: an enum that only its types have. */
const DISTRIBUTIONS = { linear: 1, log: 3, "symmetric log": 4 } as unknown as Record<
  NonNullable<Axis["kind"]>,
  uPlot.Scale.Distr
>;

export class Chart {
  readonly root: HTMLElement;
  /** What lies on the plot: handles. */
  readonly surface: HTMLElement;
  readonly plot: uPlot;
  private ranges: { x: Range; y: Range } = { x: [0, 1], y: [0, 1] };

  constructor(private readonly options: ChartOptions) {
    const { label, interactive = false, heading = "", curves } = options;
    const role = interactive ? "group" : "img";
    const canvas = element("div", { class: "canvas", role, "aria-label": label });
    this.root = element(
      "section",
      { class: "chart" },
      heading === "" ? null : element("h2", {}, heading),
      canvas,
    );
    const empty = [[], ...curves.map(() => [])] as unknown as uPlot.AlignedData;
    this.plot = new uPlot(this.settings(), empty, canvas);
    this.surface = this.plot.over;
    new ResizeObserver(() => this.fit(canvas.clientWidth)).observe(canvas);
    onTheme(() => this.plot.redraw(false));
  }

  get width(): number {
    return this.plot.over.clientWidth;
  }

  /** `data` is the abscissae, then the ordinates of each curve; null leaves a gap. */
  draw(data: readonly ArrayLike<number | null>[], x: Range, y: Range): void {
    this.ranges = { x, y };
    this.plot.setData(data as uPlot.AlignedData, true);
  }

  redraw(): void {
    this.plot.redraw(false);
  }

  describe(label: string): void {
    this.root.querySelector(".canvas")!.setAttribute("aria-label", label);
  }

  private fit(width: number): void {
    if (width > 0) this.plot.setSize({ width, height: this.options.height(width) });
  }

  private settings(): uPlot.Options {
    const { x, y, curves, under, over, placed } = this.options;
    const scale = (axis: Axis, name: "x" | "y"): uPlot.Scale => ({
      time: false,
      distr: DISTRIBUTIONS[axis.kind ?? "linear"],
      asinh: 1,
      log: axis.base ?? 10,
      range: () => [...this.ranges[name]],
    });
    return {
      width: 320,
      height: this.options.height(320),
      padding: [10, 18, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: scale(x, "x"), y: scale(y, "y") },
      axes: [
        { ...axisOf(x), size: 28, space: 50 },
        { ...axisOf(y), size: widthOf(y), space: 34 },
      ],
      series: [{}, ...curves.map(seriesOf)],
      hooks: {
        drawAxes: under ? [under] : [],
        draw: [...(over ? [over] : []), ...(placed ? [() => placed()] : [])],
      },
    };
  }
}

function axisOf(axis: Axis): uPlot.Axis {
  const { label, format = (value: number) => formatNumber(value) } = axis;
  const line = (): string => themeColor("--grid");
  return {
    stroke: () => themeColor("--muted"),
    font: FONT,
    label,
    labelFont: FONT,
    labelSize: 18,
    labelGap: 0,
    gap: 4,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
    ...splitsOf(axis),
    values: (_, splits) =>
      (splits as readonly (number | null)[]).map((value) => (value === null ? "" : format(value))),
  };
}

/** CSS pixels for the longest number of the ordinates: a phone has none to spare. */
function widthOf({ room = 2 }: Axis): uPlot.Axis.Size {
  return (_: uPlot, values: readonly string[] | null) => {
    const longest = Math.max(room, ...(values ?? []).map(({ length }) => length));
    return Math.ceil(longest * 6.8) + 12;
  };
}

/** Of a logarithmic axis; uPlot's own are good for others. */
function splitsOf({ kind = "linear", base = 10 }: Axis): Pick<uPlot.Axis, "splits" | "filter"> {
  if (kind === "linear") return {};
  const at = (low: number, high: number): number[] =>
    kind === "log" ? powers(low, high, base) : symmetricPowers(low, high);
  return { splits: (_, __, low: number, high: number) => at(low, high), filter: (_, splits) => splits };
}

function seriesOf({ label, color, dash = [], width = 2.25, points = false }: Curve): uPlot.Series {
  return {
    label,
    stroke: () => themeColor(color),
    fill: undefined,
    dash: [...dash],
    width,
    pxAlign: 0,
    points: { show: points, size: 6, fill: () => themeColor(color), stroke: () => themeColor(color) },
  };
}
