import { beforeAll, expect, test } from "vitest";
import {
  compare,
  fit,
  losses,
  models,
  report,
  type Comparison,
  type Fit,
} from "../../examples/robust-regression.js";
import { loadFilms, type Film } from "../../examples/support/films.js";

const films = loadFilms();
const without = 31;
let comparisons: Comparison[] = [];

beforeAll(() => {
  comparisons = compare(films, without);
});

const find = (model: string, loss: string): Comparison =>
  comparisons.find(({ all }) => all.model === model && all.loss === loss)!;

/** Slope and intercept by the normal equations: where gradient descent on MSE has to arrive. */
function leastSquares(of: Film[]): { slope: number; intercept: number } {
  const mean = (value: (film: Film) => number) => of.reduce((sum, film) => sum + value(film), 0) / of.length;
  const [x, y] = [mean(({ budget }) => budget), mean(({ gross }) => gross)];
  const slope = mean((film) => (film.budget - x) * (film.gross - y)) / mean((film) => (film.budget - x) ** 2);
  return { slope, intercept: y - slope * x };
}

test("the films are those whose budget and gross are known, the greatest gross first", () => {
  expect(films).toHaveLength(3146);
  expect(films[0]).toEqual({ title: "Avatar", budget: 2.37, gross: expect.closeTo(27.679, 3) as number });
  expect(films.every(({ budget, gross }) => budget > 0 && gross > 0)).toBe(true);
});

test("the line by MSE arrives at the least squares solution, within half a million dollars", () => {
  const { all, ordinary } = find("line", "MSE");
  for (const [fit, data] of [
    [all, films],
    [ordinary, films.slice(without)],
  ] as const) {
    const { slope, intercept } = leastSquares(data);
    expect(fit.forecast).toBeCloseTo(intercept + 2 * slope, 2);
  }
});

test("the line by L1 splits the films in halves, and no nudge of it has a smaller mean error", () => {
  const { curve, meanError } = find("line", "L1").all;
  const intercept = curve[0].gross;
  const slope = (curve.at(-1)!.gross - intercept) / 3;
  const errorOf = (a: number, b: number) =>
    films.reduce((sum, { budget, gross }) => sum + Math.abs(gross - a - b * budget), 0) / films.length;
  expect(meanError).toBeCloseTo(errorOf(intercept, slope), 5);
  for (const nudge of [-0.02, 0.02]) {
    expect(errorOf(intercept + nudge, slope)).toBeGreaterThan(meanError);
    expect(errorOf(intercept, slope + nudge)).toBeGreaterThan(meanError);
  }
  const above = films.filter(({ budget, gross }) => gross > intercept + slope * budget).length;
  expect(above / films.length).toBeCloseTo(0.5, 1);
});

test.each(["line", "network"])("without the films that earned most, the %s by MSE moves most", (model) => {
  const change = ({ all, ordinary }: Comparison) => Math.abs(ordinary.forecast / all.forecast - 1);
  const [l1, mse, huber] = ["L1", "MSE", "Huber"].map((loss) => change(find(model, loss)));
  expect(mse).toBeGreaterThan(3 * l1);
  expect(mse).toBeGreaterThan(2 * huber);
});

test("each descent ends far below its start, the network's below the line's", () => {
  const end = ({ history }: Fit) => history.at(-1)!;
  for (const { all } of comparisons) expect(end(all)).toBeLessThan(0.7 * all.history[0]);
  for (const loss of ["L1", "MSE", "Huber"]) {
    expect(end(find("network", loss).all)).toBeLessThan(end(find("line", loss).all));
  }
});

test("a fit gives the same numbers again", () => {
  for (const model of models) {
    expect(fit(model, losses[0], films)).toEqual(find(model.name, losses[0].name).all);
  }
});

test("the report has a row a fit and two pictures, which name the films beyond their edge", () => {
  const lines: string[] = [];
  const pictures = new Map<string, string>();
  report(films, comparisons, without, (line) => lines.push(line), (name, svg) => pictures.set(name, svg)); // prettier-ignore
  expect(lines[0]).toContain("3146 films");
  expect(lines[1].match(/│ (line|network) +│ (L1|MSE|Huber) +│/g)).toHaveLength(6);
  expect([...pictures.keys()]).toEqual(["robust-fits", "robust-convergence"]);
  for (const name of ["Avatar", "Titanic"]) expect(pictures.get("robust-fits")).toContain(`↑ ${name}, `);
  for (const loss of ["L1", "MSE", "Huber"]) {
    expect(pictures.get("robust-fits")!.split(`>${loss} (`)).toHaveLength(3);
    expect(pictures.get("robust-convergence")!.split(`>${loss}</text>`)).toHaveLength(3);
  }
});
