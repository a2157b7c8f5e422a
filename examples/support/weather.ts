import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { vegaPath } from "./vega.js";

/** A day's highest and lowest temperature in Seattle, in °C. */
export interface Day {
  year: number;
  /** From 0, the first of January. */
  dayOfYear: number;
  high: number;
  low: number;
}

/** The days of vega-datasets' seattle-weather.csv, 2012 to 2015, in their order. */
export function loadDays(): Day[] {
  const rows = parse<Record<"date" | "temp_max" | "temp_min", string>>(
    readFileSync(vegaPath("seattle-weather.csv"), "utf8"),
    { columns: true },
  );
  return rows.map(({ date, temp_max: high, temp_min: low }) => {
    const year = Number(date.slice(0, 4));
    const milliseconds = Date.parse(`${date}T00:00Z`) - Date.UTC(year, 0);
    return { year, dayOfYear: milliseconds / 86_400_000, high: Number(high), low: Number(low) };
  });
}

/** What the fits learn from, and the year that they have not seen. */
export interface Weather {
  learned: Day[];
  unseen: Day[];
}

export function loadWeather(): Weather {
  const days = loadDays();
  return {
    learned: days.filter(({ year }) => year < 2015),
    unseen: days.filter(({ year }) => year === 2015),
  };
}
