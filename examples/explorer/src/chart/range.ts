/** The ends of an axis. */
export type Range = readonly [number, number];
