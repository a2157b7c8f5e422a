/** A worker thread: does one piece of work after another. */
import { parentPort } from "node:worker_threads";
import { setNumThreads } from "lossgrad";
import { allocate } from "lossgrad/arrays";
import { done, type Failure, failureOf, type Work } from "./work.js";

/** `null` ends the work in hand, as Ctrl-C does. */
export type Order = Work | null;

export type Answer =
  | { readonly kind: "progress"; readonly elements: number; readonly total: number | null }
  | { readonly kind: "done"; readonly text: string }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Milliseconds between two words of progress. */
const PACE = 100;

// Memory that is shared grows without moving what lies in it; so it is there before the library is
// told to start no threads of its own, since there is one for each core already.
allocate("uint8", 1);
setNumThreads(1);
const port = parentPort!;
const answer = (one: Answer): void => {
  port.postMessage(one);
};
let controller = new AbortController();

port.on("message", (order: Order) => {
  if (order === null) {
    controller.abort();
    return;
  }
  controller = new AbortController();
  let told = 0;
  let tell = (): void => undefined;
  const progress = (elements: number, total: number | null): void => {
    tell = () => {
      answer({ kind: "progress", elements, total });
    };
    const now = performance.now();
    if (now - told < PACE) return;
    told = now;
    tell();
  };
  done(order, { progress, signal: controller.signal }).then(
    (text) => {
      tell();
      answer({ kind: "done", text });
    },
    (error: unknown) => {
      answer({ kind: "failed", failure: failureOf(error) });
    },
  );
});
