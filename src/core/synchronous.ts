/**
 * What runs something around a function of the user's ends when that returns, whatever a promise of
 * its would do later.
 */

/** Throws when `result`, which a function given to `caller` returned, is a promise of any kind. */
export function checkSynchronous(caller: string, result: unknown, wayOut = ""): void {
  if (typeof result !== "object" && typeof result !== "function") return;
  // A promise of another realm or library is no instance of Promise: what has a method `then` is
  // awaited all the same.
  if (typeof (result as { then?: unknown } | null)?.then !== "function") return;
  throw new TypeError(`${caller}: expected a synchronous function, got one that returns a promise${wayOut}`);
}
