/**
 * The table of faults: a row each, the simplest first. A new fault is a file beside this one and a
 * row here.
 */
import { activation } from "./activation.js";
import { channelsSwapped } from "./channels-swapped.js";
import type { Fault } from "./fault.js";
import { flipped } from "./flipped.js";
import { notFinite } from "./not-finite.js";
import { offset } from "./offset.js";
import { permuted } from "./permuted.js";
import { quantized, quantizedByChannel } from "./quantized.js";
import { reshaped } from "./reshaped.js";
import { rotated } from "./rotated.js";
import { rounded } from "./rounded.js";
import { scaled, scaledByChannel } from "./scaled.js";

/** Elements as they are, in another order. */
export const LAYOUTS: readonly Fault[] = [reshaped, permuted, channelsSwapped, flipped, rotated, offset];

/** Other values of the elements. */
const VALUES: readonly Fault[] = [
  notFinite,
  rounded,
  scaled,
  scaledByChannel,
  activation,
  quantized,
  quantizedByChannel,
];

export const FAULTS: readonly Fault[] = [...LAYOUTS, ...VALUES];

/** What often comes together with another order. */
export const SECOND: readonly Fault[] = [scaled];
