/**
 * Anomaly detection behind ONNX Runtime Web: an autoencoder gives digits back as they were and
 * anything else worse, and lossgrad measures by how much.
 *
 *     npm run example -- onnx-pipeline
 *
 * Nothing is tuned by the anomalies: the threshold comes from good images alone. `npm run example
 * -- onnx-page` shows the same in a browser.
 */
import * as ort from "onnxruntime-web";
import { loadDigits } from "../support/digits.js";
import { isMain } from "../support/main.js";
import type { Log } from "../support/print.js";
import { table } from "../support/table.js";
import { readVegaJson } from "../support/vega.js";
import { kinds, type Relief } from "./anomalies.js";
import { quantile, score, type Seen } from "./detector.js";
import { goodFrames, imagesPerFrame, spoil } from "./frames.js";
import { loadModel } from "./model.js";
import { errorsOf, goodShare, median, openPipeline, seenIn } from "./pipeline.js";

/** What a run found, frame by frame. */
export interface Findings {
  readonly threshold: number;
  readonly frames: readonly { readonly error: number; readonly seen: readonly Seen[] }[];
  readonly inferenceMs: number;
  readonly lossMs: number;
}

/** Sends all unseen digits, some of them spoilt, through the model. */
export async function inspect(log: Log): Promise<Findings> {
  const digits = loadDigits();
  const model = loadModel(digits, log);
  const frames = spoil(goodFrames(digits.unseen), readVegaJson("volcano.json") as Relief);
  // One thread, so that the time of inference is one that the loss's can be compared with.
  ort.env.wasm.numThreads = 1;
  const pipeline = await openPipeline(ort, model);

  const threshold = quantile(await errorsOf(pipeline, goodFrames(digits.validation)), goodShare);
  const found = [];
  const [inferenceTimes, lossTimes]: number[][] = [[], []];
  for (const frame of frames) {
    const passed = await pipeline.pass(frame);
    found.push({ error: passed.frame, seen: seenIn(frame, passed) });
    inferenceTimes.push(passed.inferenceMs);
    lossTimes.push(passed.lossMs);
  }
  return { threshold, frames: found, inferenceMs: median(inferenceTimes), lossMs: median(lossTimes) };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The first frames, one line each: 1 for an image with an alarm. */
function reportFrames({ frames, threshold }: Findings, log: Log): void {
  for (const [i, { error, seen }] of frames.slice(0, 12).entries()) {
    const alarms = seen.flatMap(({ error, truth }, image) =>
      error > threshold ? [`image ${image + 1} at ${error.toFixed(3)} (${truth ?? "good"})`] : [],
    );
    log(
      `frame ${i + 1}: error ${error.toFixed(4)}; ${alarms.length ? `ALARM: ${alarms.join(", ")}` : "fine"}`,
    );
  }
  log(`… ${frames.length - 12} more frames`);
}

/** How many anomalies of each kind were caught, and of good images raised an alarm. */
function reportKinds(seen: readonly Seen[], threshold: number, log: Log): void {
  const rows = [null, ...kinds].map((kind) => {
    const errors = seen.filter(({ truth }) => truth === kind).map(({ error }) => error);
    const alarms = errors.filter((error) => error > threshold).length;
    const share = percent(alarms / errors.length);
    return [
      kind ?? "good",
      kind ? "anomaly" : "",
      `${errors.length}`,
      median(errors).toFixed(3),
      `${alarms}`,
      share,
    ];
  });
  log(table(["images", "", "number", "median error", "alarms", "share"], rows));
}

/** Prints what was found. */
export function report(findings: Findings, log: Log): void {
  const { threshold, frames, inferenceMs, lossMs } = findings;
  log(`threshold ${threshold.toFixed(4)}: ${percent(goodShare)} of good images lie below it`);
  reportFrames(findings, log);
  const seen = frames.flatMap(({ seen }) => seen);
  reportKinds(seen, threshold, log);
  const { alarms, hits, anomalies, precision, recall } = score(seen, threshold);
  log(
    `precision ${percent(precision)} (${hits} of ${alarms} alarms), recall ${percent(recall)} (${hits} of ${anomalies} anomalies)`,
  );
  const ratio = Math.round(inferenceMs / lossMs);
  log(
    `a frame of ${imagesPerFrame} images: inference ${inferenceMs.toFixed(3)} ms, L1 map and errors ${lossMs.toFixed(4)} ms (1/${ratio})`,
  );
}

if (isMain(import.meta.url)) report(await inspect(console.log), console.log);
