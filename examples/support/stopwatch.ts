/** The least time of one sample, long against the clock's resolution and a timer interrupt. */
const sampleSeconds = 1e-3;
const maximumSamples = 21;
/** Where one run is slow, fewer samples do: as many as fit, but three. */
const budgetSeconds = 0.2;

/** The median time of one call of `work`, in seconds. Short work is repeated within a sample. */
export function medianSeconds(work: () => void): number {
  const time = (repeats: number) => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) work();
    return (performance.now() - start) / 1000;
  };
  // Doubling finds the number of repeats and warms the code up.
  let repeats = 1;
  while (time(repeats) < sampleSeconds) repeats *= 2;
  const samples: number[] = [];
  for (let spent = 0; samples.length < 3 || (samples.length < maximumSamples && spent < budgetSeconds);) {
    const seconds = time(repeats);
    spent += seconds;
    samples.push(seconds / repeats);
  }
  return samples.sort((a, b) => a - b)[samples.length >> 1];
}
