/** The page: the pipeline of ../pipeline.ts over the same frames as in Node, and what it finds. */
import * as ort from "onnxruntime-web/wasm";
import { kinds, type Relief } from "../anomalies.js";
import { quantile, score, type Seen } from "../detector.js";
import { goodFrames, spoil, type Frame } from "../frames.js";
import {
  errorsOf,
  goodShare,
  median,
  openPipeline,
  seenIn,
  type Passed,
  type Pipeline,
} from "../pipeline.js";
import { drawChart, judge, type Judgement, type Point } from "./chart.js";
import { drawFrame, grey, heat } from "./pictures.js";

/** Milliseconds between frames while it plays. */
const pause = 150;

const element = (id: string) => document.getElementById(id)!;
const button = (id: string) => document.querySelector<HTMLButtonElement>(`#${id}`)!;
const canvas = (id: string) => document.querySelector<HTMLCanvasElement>(`#${id}`)!;

const [play, step, restart] = ["play", "step", "restart"].map(button);
const share = document.querySelector<HTMLInputElement>("#share")!;

async function load(name: string): Promise<Response> {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: expected a file, got status ${response.status}`);
  return response;
}

async function loadBytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await load(name)).arrayBuffer());
}

/** What the page has seen so far; the last frame that passed is the one in work. */
interface Session {
  readonly pipeline: Pipeline;
  readonly frames: readonly Frame[];
  readonly goodErrors: readonly number[];
  points: Point[];
  inferenceTimes: number[];
  lossTimes: number[];
  passed: Passed | null;
  timer: number;
}

async function open(): Promise<Session> {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: new URL("ort-wasm-simd-threaded.wasm", document.baseURI) };
  const files = ["validation.bin", "unseen.bin", "autoencoder.onnx"].map(loadBytes);
  const [validation, unseen, model] = await Promise.all(files);
  const relief = (await (await load("volcano.json")).json()) as Relief;
  const frames = spoil(goodFrames(unseen), relief);
  const pipeline = await openPipeline(ort, model);
  const goodErrors = await errorsOf(pipeline, goodFrames(validation));
  return {
    pipeline,
    frames,
    goodErrors,
    points: [],
    inferenceTimes: [],
    lossTimes: [],
    passed: null,
    timer: 0,
  };
}

const thresholdOf = ({ goodErrors }: Session) => quantile(goodErrors, Number(share.value) / 1000);

/** The next frame through the pipeline; false when there is none. */
async function advance(session: Session): Promise<boolean> {
  const { frames, pipeline, points } = session;
  if (points.length === frames.length) return false;
  const frame = frames[points.length];
  const passed = await pipeline.pass(frame);
  points.push({ error: passed.frame, seen: seenIn(frame, passed) });
  session.inferenceTimes.push(passed.inferenceMs);
  session.lossTimes.push(passed.lossMs);
  session.passed = passed;
  return true;
}

/** The legend's colour, as the theme has it now: a canvas does not know the page's variables. */
function colourOf(judgement: Judgement): string {
  const item = document.querySelector(`.legend .${judgement}`)!;
  return getComputedStyle(item, "::before").backgroundColor;
}

function showPictures({ passed, points }: Session, threshold: number): void {
  if (passed === null) return;
  const outlines = points.at(-1)!.seen.map((one) => {
    const judgement = judge(one, threshold);
    return judgement === "good" ? null : colourOf(judgement);
  });
  drawFrame(canvas("frame"), passed.input.data, grey, outlines);
  drawFrame(canvas("reconstruction"), passed.reconstruction.data, grey, outlines);
  drawFrame(canvas("map"), passed.map, heat, outlines);
  element("frame-error").textContent = passed.frame.toFixed(4);
}

/** The frame in work in words. */
function showAlarms({ points, frames }: Session, threshold: number): void {
  element("frame-number").textContent = `${points.length} of ${frames.length}`;
  const alarms = (points.at(-1)?.seen ?? []).flatMap((one, image) => {
    const judgement = judge(one, threshold);
    if (judgement === "good") return [];
    const what =
      judgement === "missed" ? `missed: ${one.truth!}` : (one.truth ?? "false alarm: a good image");
    return [`image ${image + 1} at ${one.error.toFixed(3)} (${what})`];
  });
  const heading = points.length === 0 ? "Ready: play, or step from frame to frame." : "No alarm.";
  element("alarms").textContent = alarms.length === 0 ? heading : alarms.join(" · ");
}

function percent(share: number, of: string): string {
  return Number.isNaN(share) ? "–" : `${(100 * share).toFixed(1)} % <small>${of}</small>`;
}

function duration(milliseconds: readonly number[], what: string): string {
  return `${(1000 * median(milliseconds)).toFixed(0)} µs <small>${what}</small>`;
}

function showFigures({ points, inferenceTimes, lossTimes }: Session, threshold: number): void {
  const seen = points.flatMap(({ seen }) => seen);
  const { precision, recall, alarms, hits, anomalies } = score(seen, threshold);
  element("precision").innerHTML = percent(precision, `${hits} of ${alarms} alarms`);
  element("recall").innerHTML = percent(recall, `${hits} of ${anomalies} anomalies`);
  element("inference").innerHTML = duration(inferenceTimes, `ONNX Runtime Web ${ort.env.versions.web!}`);
  element("loss").innerHTML = duration(lossTimes, "lossgrad: L1 map and 25 means");
  element("kinds").replaceChildren(...[null, ...kinds].map((kind) => kindRow(kind, seen, threshold)));
}

function kindRow(kind: Seen["truth"], seen: readonly Seen[], threshold: number): HTMLTableRowElement {
  const errors = seen.filter(({ truth }) => truth === kind).map(({ error }) => error);
  const alarms = errors.filter((error) => error > threshold).length;
  const row = document.createElement("tr");
  const cells = [kind ?? "good", errors.length, alarms, errors.length > 0 ? median(errors).toFixed(3) : "–"];
  row.append(
    ...cells.map((text) => Object.assign(document.createElement("td"), { textContent: String(text) })),
  );
  return row;
}

function show(session: Session): void {
  const threshold = thresholdOf(session);
  element("share-text").textContent = `${(Number(share.value) / 10).toFixed(1)} %`;
  showPictures(session, threshold);
  showAlarms(session, threshold);
  showFigures(session, threshold);
  drawChart(element("chart"), session.points, threshold);
  const done = session.points.length === session.frames.length;
  play.disabled = step.disabled = done;
  play.textContent = session.timer === 0 ? "Play" : "Pause";
  document.body.dataset.state = session.timer === 0 ? (done ? "done" : "paused") : "playing";
}

function stop(session: Session): void {
  window.clearTimeout(session.timer);
  session.timer = 0;
}

/** Plays until the frames end or someone stops it. */
function schedule(session: Session): void {
  session.timer = window.setTimeout(() => {
    void advance(session).then((more) => {
      if (session.timer === 0) return;
      if (more && session.points.length < session.frames.length) schedule(session);
      else stop(session);
      show(session);
    });
  }, pause);
}

function listen(session: Session): void {
  play.onclick = () => {
    if (session.timer === 0) schedule(session);
    else stop(session);
    show(session);
  };
  step.onclick = () => {
    stop(session);
    void advance(session).then(() => show(session));
  };
  restart.onclick = () => {
    stop(session);
    Object.assign(session, { points: [], inferenceTimes: [], lossTimes: [] });
    void advance(session).then(() => show(session));
  };
  share.oninput = () => show(session);
  window.onresize = () => show(session);
  window.matchMedia("(prefers-color-scheme: dark)").onchange = () => show(session);
}

try {
  share.value = String(1000 * goodShare);
  const session = await open();
  listen(session);
  restart.disabled = share.disabled = false;
  await advance(session);
  show(session);
} catch (error) {
  const problem = element("problem");
  problem.hidden = false;
  problem.textContent = `This page could not start: ${error instanceof Error ? error.message : String(error)}`;
}
