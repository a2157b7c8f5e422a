/** Operations are counted: a storage that the one under way uses is not moved. */
export let operation = 0;

/** Starts an operation: addresses got before it may become stale. */
export function beginOperation(): void {
  operation++;
}
