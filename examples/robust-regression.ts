/**
 * Robust regression on real data: what a film earns by what it cost, fitted with L1, MSE and Huber.
 *
 *     npm run example robust-regression
 *
 * A few films earn many times what any budget explains. They are real, and nothing is added to the
 * data. Each fit is made twice, with all films and without the 1 % that earned most; how far it
 * moves shows how much those few decide.
 */
import * as Plot from "@observablehq/plot";
import { manualSeed, nn, tensor, tidy } from "lossgrad";
import { drawFigure, saveFigure, type SaveFigure } from "./support/figure.js";
import { loadFilms, type Film } from "./support/films.js";
import { isMain } from "./support/main.js";
import { descend, line, network, predictOne, type Descent, type Model } from "./support/models.js";
import type { Log } from "./support/print.js";
import { table } from "./support/table.js";

/** Huber's threshold, half of the data's unit: errors up to $50 million count squared. */
const delta = 0.5;
export const losses = [
  { name: "L1", color: "#1f77b4", lossFn: new nn.L1Loss() },
  { name: "MSE", color: "#d62728", lossFn: new nn.MSELoss() },
  { name: "Huber", color: "#2ca02c", lossFn: new nn.HuberLoss({ delta }) },
];
export const models: { name: string; build: () => Model; descent: Descent }[] = [
  { name: "line", build: line, descent: { steps: 500, lr: 0.5 } },
  { name: "network", build: network, descent: { steps: 1000, lr: 0.1 } },
];
/** The budget whose forecast is compared: $200 million. */
const dear = 2;

interface Point {
  budget: number;
  gross: number;
}

/** A model fitted with one loss: what it forecasts by budget, and how it came there. */
export interface Fit {
  model: string;
  loss: string;
  color: string;
  curve: Point[];
  forecast: number;
  history: number[];
  meanError: number;
  medianError: number;
}

export interface Comparison {
  all: Fit;
  /** The same without the films that earned most. */
  ordinary: Fit;
}

/** Fits a model with a loss. */
export function fit(
  { name, build, descent }: (typeof models)[number],
  { name: loss, color, lossFn }: (typeof losses)[number],
  films: Film[],
): Fit {
  return tidy(() => {
    manualSeed(1);
    const model = build();
    const x = tensor(films.map(({ budget }) => [budget]));
    const y = tensor(films.map(({ gross }) => [gross]));
    const history = descend(model, lossFn, [x, y], descent);
    const budgets = Array.from({ length: 61 }, (_, i) => i / 20);
    const errors = model.predict(x).sub(y).abs().flatten().tolist() as number[];
    return {
      model: name,
      loss,
      color,
      curve: budgets.map((budget) => ({ budget, gross: predictOne(model, budget) })),
      forecast: predictOne(model, dear),
      history,
      meanError: errors.reduce((sum, error) => sum + error, 0) / errors.length,
      medianError: errors.sort((a, b) => a - b)[errors.length >> 1],
    };
  });
}

/** Fits each model with each loss, with and without the films that earned most. */
export function compare(films: Film[], without: number): Comparison[] {
  return models.flatMap((model) =>
    losses.map((loss) => ({
      all: fit(model, loss, films),
      ordinary: fit(model, loss, films.slice(without)),
    })),
  );
}

/** A table of the comparison to `log`, the pictures to `save`. */
export function report(
  films: Film[],
  comparisons: Comparison[],
  without: number,
  log: Log,
  save: SaveFigure,
): void {
  log(`${films.length} films of vega-datasets: worldwide gross by production budget, in millions of dollars`);
  log(tableOf(comparisons, without));
  log(`forecast: for a film that cost $${100 * dear} million; errors: over all films`);
  save("robust-fits", drawFits(films, comparisons, without));
  save("robust-convergence", drawConvergence(comparisons));
}

function millions(value: number): string {
  return (100 * value).toFixed(1);
}

function percentChange(from: number, to: number): string {
  return `${(100 * (to / from - 1)).toFixed(1)} %`.replace("-", "−");
}

function tableOf(comparisons: Comparison[], without: number): string {
  const head = [
    "model",
    "loss",
    "mean error",
    "median error",
    "forecast",
    `without top ${without}`,
    "change",
  ];
  const rows = comparisons.map(({ all, ordinary }) => [
    all.model,
    all.loss,
    millions(all.meanError),
    millions(all.medianError),
    millions(all.forecast),
    millions(ordinary.forecast),
    percentChange(all.forecast, ordinary.forecast),
  ]);
  return table(head, rows);
}

/**
 * The films, and through them each fit: solid with all films, dashed without those that earned
 * most.
 */
function drawFits(films: Film[], comparisons: Comparison[], without: number): string {
  const top = 1250; // the two films above it are shown at the edge
  const inMillions = ({ budget, gross }: Point) => ({ budget: 100 * budget, gross: 100 * gross });
  const dots = films.map((film) => ({ title: film.title, ...inMillions(film) }));
  const curves = (fits: Fit[], style: Plot.LineOptions) =>
    Plot.line(
      fits.flatMap((fit) => fit.curve.map((point) => ({ ...fit, ...inMillions(point) }))),
      { x: "budget", y: "gross", z: "loss", fx: "model", stroke: "color", ...style },
    );
  const ends = comparisons.map(({ all, ordinary }) => ({
    ...all,
    ...inMillions(all.curve.at(-1)!),
    text: `${all.loss} (${percentChange(all.forecast, ordinary.forecast)})`,
  }));
  const within = dots.filter(({ gross }) => gross <= top);
  const beyond = dots
    .filter(({ gross }) => gross > top)
    .map((film, i) => ({ ...film, labelAt: top - 45 * i }));
  const earnedMost = new Set(dots.slice(0, without));
  return drawFigure({
    title: "Why L1 is robust: a few films move the fit by MSE far, the others little",
    subtitle:
      `Solid: fitted to all ${films.length} films. Dashed: without the ${without} that earned most (orange). ` +
      `In brackets: the change for a budget of $${100 * dear} million.`,
    width: 1200,
    height: 640,
    marginRight: 130,
    x: { label: "production budget (million dollars)" },
    y: { label: "worldwide gross (million dollars)", domain: [0, top] },
    fx: { label: null, padding: 0.22 },
    marks: [
      Plot.dot(within, {
        x: "budget",
        y: "gross",
        r: (film: (typeof dots)[number]) => (earnedMost.has(film) ? 3.2 : 1.6),
        fill: (film: (typeof dots)[number]) => (earnedMost.has(film) ? "darkorange" : "#bbb"),
      }),
      Plot.text(beyond, {
        x: "budget",
        y: "labelAt",
        dy: 12,
        text: ({ title, gross }: (typeof beyond)[number]) => `↑ ${title}, ${gross.toFixed(0)}`,
        fill: "#b35900",
      }),
      curves(
        comparisons.map(({ all }) => all),
        { strokeWidth: 2.5 },
      ),
      curves(
        comparisons.map(({ ordinary }) => ordinary),
        { strokeWidth: 1.8, strokeDasharray: "6 4" },
      ),
      Plot.text(apart(ends, 42), {
        x: "budget",
        y: "labelAt",
        fx: "model",
        text: "text",
        fill: "color",
        dx: 8,
        textAnchor: "start",
        fontWeight: "bold",
      }),
    ],
  });
}

/** Moves labels of one panel up until each is `gap` above the one below it. */
function apart<T extends Point & { model: string }>(ends: T[], gap: number): (T & { labelAt: number })[] {
  return models.flatMap(({ name }) => {
    let labelAt = -Infinity;
    const panel = ends.filter(({ model }) => model === name).sort((a, b) => a.gross - b.gross);
    return panel.map((end) => ({ ...end, labelAt: (labelAt = Math.max(end.gross, labelAt + gap)) }));
  });
}

/** How much of the way down is left after each step, for each loss measured by itself. */
function drawConvergence(comparisons: Comparison[]): string {
  const points = comparisons.map(({ all: { history, ...fit } }) => {
    const [start, end] = [history[0], Math.min(...history)];
    return history.map((value, step) => ({ ...fit, step: step + 1, left: (value - end) / (start - end) }));
  });
  const crossings = points.map((path) => path.find(({ left }) => left < 0.08)!);
  const place = { x: "step", y: "left", fx: "model" };
  return drawFigure({
    title: "Convergence: what is left of each loss's way from its start to its best value",
    subtitle:
      "Gradient descent over all films, the same falling lr for each loss. L1's gradient keeps its size, and steps over the minimum until lr is small.",
    width: 1200,
    height: 520,
    x: { type: "log", label: "step" },
    y: {
      type: "log",
      label: "share left",
      domain: [1e-3, 1],
      ticks: 3,
      tickFormat: (share: number) => `${100 * share} %`,
    },
    fx: { label: null, padding: 0.1 },
    marks: [
      Plot.line(points.flat(), { ...place, z: "loss", stroke: "color", strokeWidth: 2, clip: true }),
      Plot.text(crossings, {
        ...place,
        text: "loss",
        fill: "color",
        fontWeight: "bold",
        textAnchor: "start",
        dx: 8,
        stroke: "white",
        strokeWidth: 4,
      }),
    ],
  });
}

/** Fits and reports. */
export function run(log: Log, save: SaveFigure): void {
  const films = loadFilms();
  const without = Math.round(films.length / 100);
  report(films, compare(films, without), without, log, save);
}

if (isMain(import.meta.url)) run(console.log, saveFigure);
