/** What a ported program leaves for a comparison. */
import type { Tensor } from "lossgrad";
import type { Log } from "../support/print.js";

/** The numbers of a run by name, such as its losses and its last parameters. */
export type Numbers = Record<string, Tensor | readonly number[]>;

/** A port: it prints what its original prints, and returns the numbers behind that. */
export type Program = (log: Log) => Numbers;
