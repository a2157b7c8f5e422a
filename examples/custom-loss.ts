/**
 * Losses of your own, fused: `npm run example -- custom-loss`.
 *
 * The document's my_l1_loss and my_bad_loss as they stand, and three other losses, on four years of
 * Seattle's weather: Charbonnier's, the pinball loss, whose minimum is a quantile, and the Gaussian
 * likelihood with a variance that is learned. Pictures of the quantiles go to examples/output; a
 * race of the plain functions against the fused ones ends it.
 */
import { F, fuse, nn, tensor, type Tensor } from "lossgrad";
import { drawBands, QUANTILES, type Panel } from "./support/bands.js";
import { saveFigure, type SaveFigure } from "./support/figure.js";
import { printRace, race, type Entrant } from "./support/fusion-race.js";
import { isMain } from "./support/main.js";
import { printer, type Log } from "./support/print.js";
import { fitSeasons, type Season } from "./support/seasons.js";
import { table } from "./support/table.js";
import { loadDays, loadWeather, type Day, type Weather } from "./support/weather.js";

// Sample implementation for descriptive purposes.
function myL1Loss(prediction: Tensor, target: Tensor): Tensor {
  return prediction.sub(target).abs().mean();
}

function myBadLoss(guess: Tensor, answer: Tensor): Tensor {
  return guess.sub(answer).mean();
}

/** √(d² + ε²): the absolute error with its kink rounded off. */
function charbonnier(input: Tensor, target: Tensor, { eps }: { eps: number }): Tensor {
  return input
    .sub(target)
    .square()
    .add(eps ** 2)
    .sqrt();
}

/**
 * Too high costs 1 − q for each unit, too low q: so a share q of the targets comes to lie below.
 */
function pinball(input: Tensor, target: Tensor, { q }: { q: number }): Tensor {
  const e = target.sub(input);
  return e.mul(q).maximum(e.mul(q - 1));
}

/** −log of the normal density, less a constant; all three operands have gradients. */
function gaussian(mean: Tensor, target: Tensor, variance: Tensor): Tensor {
  return variance.log().add(mean.sub(target).square().div(variance)).mul(0.5);
}

// Each of them as one operation: a single pass computes the value and all gradients.
const fused = {
  l1: fuse(myL1Loss),
  bad: fuse(myBadLoss),
  charbonnier: fuse(charbonnier, { parameters: { eps: 1 } }),
  pinball: fuse(pinball, { parameters: { q: 0.5 } }),
  gaussian: fuse(gaussian),
};

/** The document's cells: three times the same loss, then the loss that no guess can satisfy. */
export function showDocument(log: Log): void {
  const print = printer(log);
  const [five, two] = [5, 2].map((x) => tensor(x, { dtype: "float16" }));
  print(
    "myL1Loss, nn.L1Loss and F.l1Loss:",
    fused.l1(five, two),
    new nn.L1Loss()(five, two),
    F.l1Loss(five, two),
  );
  const prediction = tensor([-2, 5, 13], { dtype: "float64", requiresGrad: true });
  const loss = fused.bad(prediction, tensor([2, 5, 9], { dtype: "float64" }));
  loss.backward();
  print("myBadLoss of three guesses, two of them wrong:", loss);
  print("its gradient, the same whatever the guesses are:", prediction.grad);
}

/** How many standard deviations of a normal distribution are as far out as these quantiles. */
const DEVIATIONS = [-1.6449, -0.6745, 0, 0.6745, 1.6449];

/** What each loss makes of the learned days: curves through the year. */
export interface Fits {
  l1: Season;
  charbonnier: Season;
  /** Five quantiles, in the order of `QUANTILES`. */
  quantiles: Season[];
  mean: Season;
  deviation: Season;
  /** After as many steps as the others took. */
  bad: Season;
}

export function fitAll({ learned }: Weather): Fits {
  const days = learned.map(({ dayOfYear }) => dayOfYear);
  const target = tensor(learned.map(({ high }) => [high]));
  const middle = average(learned.map(({ high }) => high));
  const one = (loss: (prediction: Tensor) => Tensor): Season => fitSeasons(days, [middle], loss)[0];
  // The variance is the exponential of a curve, which keeps it above 0.
  const spread = average(learned.map(({ high }) => (high - middle) ** 2));
  const [mean, logVariance] = fitSeasons(days, [middle, Math.log(spread)], (m, s) =>
    fused.gaussian(m, target, s.exp()),
  );
  return {
    l1: one((prediction) => fused.l1(prediction, target)),
    charbonnier: one((prediction) => fused.charbonnier(prediction, target)),
    quantiles: QUANTILES.map((q) => one((prediction) => fused.pinball(prediction, target, { q }))),
    mean,
    deviation: (day) => Math.exp(logVariance(day) / 2),
    bad: one((prediction) => fused.bad(prediction, target)),
  };
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const degrees = (value: number): string => value.toFixed(2).replace("-", "−");

/** How far the days are from a curve, and how many of them lie below it. */
function rowOf(loss: string, finds: string, curve: Season, { learned, unseen }: Weather): string[] {
  const error = (days: Day[]): string =>
    degrees(average(days.map(({ high, dayOfYear }) => Math.abs(high - curve(dayOfYear)))));
  const below = (days: Day[]): string =>
    percent(average(days.map(({ high, dayOfYear }) => Number(high < curve(dayOfYear)))));
  return [loss, finds, error(learned), error(unseen), below(learned), below(unseen)];
}

function curveTable({ l1, charbonnier, quantiles, mean, bad }: Fits, weather: Weather): string {
  const head = ["loss", "finds", "mean |error|", "in 2015", "days below", "in 2015"];
  return table(head, [
    rowOf("myL1Loss", "the median", l1, weather),
    rowOf("Charbonnier", "median to mean", charbonnier, weather),
    rowOf("Gaussian", "the mean", mean, weather),
    ...QUANTILES.map((q, i) => rowOf(`pinball, q ${q}`, `the ${100 * q} % quantile`, quantiles[i], weather)),
    rowOf("myBadLoss", "no end", bad, weather),
  ]);
}

export function panelsOf({ quantiles, mean, deviation }: Fits): Panel[] {
  const lines = DEVIATIONS.map(
    (z): Season =>
      (day) =>
        mean(day) + z * deviation(day),
  );
  return [
    { name: "pinball: each quantile by itself", lines: quantiles },
    { name: "Gaussian likelihood: mean and variance", lines },
  ];
}

function bandTable(panels: readonly Panel[], { learned, unseen }: Weather): string {
  const within = (days: Day[], low: Season, high: Season): string =>
    percent(
      average(days.map((day) => Number(day.high >= low(day.dayOfYear) && day.high <= high(day.dayOfYear)))),
    );
  const rows = panels.flatMap(({ name, lines: [least, lower, , upper, most] }) =>
    ([["50 %", lower, upper], ["90 %", least, most]] as const).map(([band, low, high]) => [
      name.split(":")[0],
      band,
      within(learned, low, high),
      within(unseen, low, high),
      degrees(average(learned.map(({ dayOfYear: day }) => high(day) - low(day)))),
    ]),
  ); // prettier-ignore
  return table(["by", "band", "of 2012 to 2014", "of 2015", "width (°C)"], rows);
}

/** The means of three losses, as functions of tensors and as one operation each. */
export function entrants(days: readonly Day[]): Entrant[] {
  const highs = days.map(({ high }) => high);
  const [today, tomorrow] = [highs.slice(0, -1), highs.slice(1)];
  const spreads = days.slice(1).map(({ high, low }) => (high - low) ** 2 + 1);
  const pair = { operands: [today, tomorrow], asks: [true, false] };
  return [
    {
      name: "Charbonnier",
      ...pair,
      plain: (x, y) => charbonnier(x, y, { eps: 1 }).mean(),
      fused: (x, y) => fused.charbonnier(x, y),
    },
    {
      name: "pinball",
      ...pair,
      plain: (x, y) => pinball(x, y, { q: 0.5 }).mean(),
      fused: (x, y) => fused.pinball(x, y),
    },
    {
      name: "Gaussian",
      operands: [today, tomorrow, spreads],
      asks: [true, false, true],
      plain: (m, y, v) => gaussian(m, y, v).mean(),
      fused: (m, y, v) => fused.gaussian(m, y, v),
    },
  ];
}

/** Tables of the fits to `log`, the picture to `save`. */
export function report(weather: Weather, fits: Fits, log: Log, save: SaveFigure): void {
  const panels = panelsOf(fits);
  const { learned, unseen } = weather;
  log(`\n${learned.length} days of Seattle to learn from, ${unseen.length} that no fit has seen; °C:`);
  log(curveTable(fits, weather));
  log(bandTable(panels, weather));
  save("custom-loss-bands", drawBands(panels, weather));
}

/** The program: prints to `log`, the picture to `save`. */
export function run(log: Log, save: SaveFigure): void {
  showDocument(log);
  const weather = loadWeather();
  report(weather, fitAll(weather), log, save);
  printRace(race(entrants(loadDays())), log);
}

if (isMain(import.meta.url)) run(console.log, saveFigure);
