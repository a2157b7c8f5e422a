/** All ported programs, one after the other: `npm run example -- ported`. */
import { isMain } from "../support/main.js";
import * as dqn from "./dqn.js";
import * as linearRegression from "./linear-regression.js";
import * as nnTutorial from "./nn-tutorial.js";
import * as polynomial from "./polynomial.js";
import * as regression from "./regression.js";
import type { Program } from "./support.js";
import * as timeSequence from "./time-sequence.js";
import * as weightedLosses from "./weighted-losses.js";
import * as workflow from "./workflow.js";

export const programs: Record<string, Program> = {
  regression: regression.run,
  workflow: workflow.run,
  "linear-regression": linearRegression.run,
  dqn: dqn.run,
  polynomial: polynomial.run,
  "weighted-losses": weightedLosses.run,
  "nn-tutorial": nnTutorial.run,
  "time-sequence": timeSequence.run,
};

if (isMain(import.meta.url)) {
  for (const [name, run] of Object.entries(programs)) {
    console.log(`# ${name}`);
    run(console.log);
  }
}
