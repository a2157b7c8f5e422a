/** The least time of one sample, long against the clock's resolution and a timer interrupt. */
const sampleSeconds = 1e-3;
const maximumSamples = 21;
/** Where one run is slow, fewer samples do: as many as fit, but three. */
const budgetSeconds = 0.2;
/**
 * Time enough for the engine to compile its fast code (measured: a first row without it is five
 * times too slow).
 */
const warmUpSeconds = 0.02;

function timed(work: () => void, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) work();
  return (performance.now() - start) / 1000;
}

/** How work is timed; a test may put another in its place. */
export interface Stopwatch {
  /**
   * Runs the work as long as compilers need. Warm everything up before timing anything: what is
   * shared gets compiled anew.
   */
  warmUp(work: () => void): void;
  /** The median time of one call, in seconds. Short work is repeated within a sample. */
  medianSeconds(work: () => void): number;
}

export const stopwatch: Stopwatch = {
  warmUp(work) {
    for (let spent = 0; spent < warmUpSeconds;) spent += timed(work, 1);
  },

  medianSeconds(work) {
    let repeats = 1;
    while (timed(work, repeats) < sampleSeconds) repeats *= 2;
    const samples: number[] = [];
    for (let spent = 0; samples.length < 3 || (samples.length < maximumSamples && spent < budgetSeconds);) {
      const seconds = timed(work, repeats);
      spent += seconds;
      samples.push(seconds / repeats);
    }
    return samples.sort((a, b) => a - b)[samples.length >> 1];
  },
};
