import { readVegaJson } from "./vega.js";

/** A film's production budget and its worldwide gross, in hundreds of millions of dollars. */
export interface Film {
  title: string;
  budget: number;
  gross: number;
}

/**
 * The films of vega-datasets' movies.json whose budget and gross are known, the greatest gross
 * first.
 */
export function loadFilms(): Film[] {
  const hundredMillions = 1e8;
  return (readVegaJson("movies.json") as Record<string, string | number>[])
    .map((film) => ({
      title: String(film.Title),
      budget: Number(film["Production Budget"]) / hundredMillions,
      gross: Number(film["Worldwide Gross"]) / hundredMillions,
    }))
    .filter(({ budget, gross }) => budget > 0 && gross > 0)
    .sort((a, b) => b.gross - a.gross);
}
