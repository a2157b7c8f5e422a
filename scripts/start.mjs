// `npm start`: evaluates real data that come with the checkout. With arguments, `npm start -- …` is
// the command `lossgrad` with these arguments.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { runScript } from "./packages.mjs";

const COMMAND = "cli/dist/main.js";
const TABLE = "build/seattle-forecast.csv";

/**
 * Tomorrow's highest temperature in Seattle (°C) forecast by today's, 2012 to 2015: a line for each
 * day but the first, of the days in vega-datasets.
 */
function writeForecast() {
  const entry = createRequire(import.meta.url).resolve("vega-datasets");
  const text = readFileSync(join(dirname(entry), "../data/seattle-weather.csv"), "utf8");
  const [header, ...days] = text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(","));
  const [date, weather, highest] = ["date", "weather", "temp_max"].map((name) => header.indexOf(name));
  const lines = days
    .slice(1)
    .map((day, i) => [day[date], day[weather], days[i][highest], day[highest]].join(","));
  mkdirSync(dirname(TABLE), { recursive: true });
  writeFileSync(TABLE, `${["date,weather,forecast,measured", ...lines].join("\n")}\n`);
}

const given = process.argv.slice(2);
if (given.length > 0) {
  runScript(COMMAND, given);
} else {
  writeForecast();
  const args = ["evaluate", TABLE, "--prediction", "forecast", "--target", "measured"];
  console.log("Tomorrow's highest temperature in Seattle (°C) forecast by today's, 2012 to 2015");
  console.log(`$ lossgrad ${args.join(" ")}\n`);
  runScript(COMMAND, args);
}
