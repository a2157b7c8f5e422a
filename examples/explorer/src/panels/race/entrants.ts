/**
 * Who may take part. Workers of ours come with the page, so that a race needs no network; tfjs is
 * loaded when it is ticked.
 */
import { cores } from "../../shell/environment.js";
import { count } from "../../ui/format.js";
import OurWorker from "./ours.worker.js?worker&inline";
import { WorkerRival } from "./rival.js";

export const TFJS = "tfjs";
export const LOOP = "loop";

/** 1, 2, 4 … and the number of cores. */
export const THREADS: readonly number[] = [
  ...new Set([...[1, 2, 4, 8, 16, 32].filter((threads) => threads < cores), cores]),
];

export interface Entrant {
  /** In links. */
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly dash: readonly number[];
  enter(): WorkerRival;
}

function lossgradOn(threads: number, index: number): Entrant {
  const name = `lossgrad, ${count(threads, "thread")}`;
  return {
    id: `threads${threads}`,
    name,
    color: index === 0 ? "--l1" : "--threads",
    dash: index < 2 ? [] : [2 + 3 * index, 4],
    enter: () => new WorkerRival(name, () => new OurWorker({ name: "lossgrad" }), threads),
  };
}

export const ENTRANTS: readonly Entrant[] = [
  {
    id: LOOP,
    name: "JS loop",
    color: "--ink",
    dash: [],
    enter: () => new WorkerRival("JS loop", () => new OurWorker({ name: "loop" })),
  },
  ...THREADS.map(lossgradOn),
  {
    id: TFJS,
    name: "tfjs, wasm",
    color: "--smooth",
    dash: [7, 4],
    enter: () =>
      new WorkerRival(
        "tfjs, wasm",
        () => new Worker(new URL("./tfjs.worker.ts", import.meta.url), { type: "module" }),
      ),
  },
];
