/** How long work takes, whatever else the machine does now and then: the median of several samples. */

/** The least time of a sample, long against the clock's resolution. */
const SAMPLE_SECONDS = 1e-3;
const MOST_SAMPLES = 21;
const LEAST_SAMPLES = 3;

/**
 * Calls `work` for so many seconds, so that it is compiled. All is warmed up before anything is
 * measured: what is shared gets compiled anew.
 */
export function warmUp(work: () => void, budget: number): void {
  for (let spent = 0; spent < budget;) spent += timed(work, 1);
}

/** Seconds of one call of `work`, measured for about `budget` seconds. */
export function medianSeconds(work: () => void, budget: number): number {
  let repeats = 1;
  while (timed(work, repeats) < Math.min(SAMPLE_SECONDS, budget)) repeats *= 2;
  const samples: number[] = [];
  for (let spent = 0; samples.length < LEAST_SAMPLES || (samples.length < MOST_SAMPLES && spent < budget);) {
    const seconds = timed(work, repeats);
    spent += seconds;
    samples.push(seconds / repeats);
  }
  return samples.sort((a, b) => a - b)[samples.length >> 1];
}

function timed(work: () => void, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) work();
  return (performance.now() - start) / 1000;
}
