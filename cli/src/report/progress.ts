import { SingleBar } from "cli-progress";
import { counted, withUnit } from "./numbers.js";

/** Work that is over sooner shows no bar. */
const SILENCE_MS = 1000;

export interface Progress {
  readonly update: (elements: number) => void;
  readonly stop: () => void;
}

export const NO_PROGRESS: Progress = { update: () => undefined, stop: () => undefined };

/** A bar on a terminal, with rate and time left; without a known end, how much was read. */
export function progressBar(stream: NodeJS.WriteStream, total: number | null): Progress {
  if (!stream.isTTY) return NO_PROGRESS;
  const known =
    total === null ? "{done} pairs | {rate}" : "{bar} {percentage} % | {rate} | {eta_formatted} left";
  const bar = new SingleBar({ format: known, stream, clearOnComplete: true, hideCursor: true });
  const began = performance.now();
  let begun = false;
  return {
    update: (elements) => {
      const spent = performance.now() - began;
      if (spent < SILENCE_MS) return;
      const payload = { done: counted(elements), rate: withUnit((elements / spent) * 1000, "pairs/s") };
      if (begun) bar.update(elements, payload);
      else bar.start(total ?? Infinity, elements, payload);
      begun = true;
    },
    stop: () => {
      if (begun) bar.stop();
    },
  };
}
