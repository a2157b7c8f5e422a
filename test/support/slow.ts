/**
 * Which of a test's cases run with the suite, and which with `npm run test:slow`: those that take
 * long and rarely fail alone.
 */

declare global {
  interface ImportMeta {
    /** By Vite, on every engine; the fuzz runs without it. */
    readonly env?: Readonly<Record<string, string | undefined>>;
  }
}

/** Whether this is `npm run test:slow`. */
export const SLOW = import.meta.env?.LOSSGRAD_SLOW === "1";

/**
 * Those of the cases that are for this run: the quick ones with the suite, the others with
 * test:slow.
 */
export function casesOfRun<Case>(cases: readonly Case[], isQuick: (one: Case) => boolean): Case[] {
  return cases.filter((one) => isQuick(one) !== SLOW);
}
