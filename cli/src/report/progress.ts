import { SingleBar } from "cli-progress";
import { counted, withUnit } from "./numbers.js";

/** Work that is over sooner shows no bar. */
const SILENCE_MS = 1000;

export interface Progress {
  /** How many elements were taken so far, of how many, if that is known by now. */
  readonly update: (elements: number, total?: number | null) => void;
  readonly stop: () => void;
}

export const NO_PROGRESS: Progress = { update: () => undefined, stop: () => undefined };

/** A bar on a terminal, with rate and time left; without a known end, how much was read. */
export function progressBar(stream: NodeJS.WriteStream, total: number | null = null): Progress {
  if (!stream.isTTY) return NO_PROGRESS;
  const began = performance.now();
  let bar: SingleBar | null = null;
  return {
    update: (elements, known = total) => {
      const spent = performance.now() - began;
      if (spent < SILENCE_MS) return;
      const payload = { done: counted(elements), rate: withUnit((elements / spent) * 1000, "pairs/s") };
      if (bar) {
        bar.update(elements, payload);
        return;
      }
      bar = barOf(stream, known);
      bar.start(known ?? Infinity, elements, payload);
    },
    stop: () => bar?.stop(),
  };
}

function barOf(stream: NodeJS.WriteStream, total: number | null): SingleBar {
  const format =
    total === null ? "{done} pairs | {rate}" : "{bar} {percentage} % | {rate} | {eta_formatted} left";
  return new SingleBar({ format, stream, clearOnComplete: true, hideCursor: true });
}
