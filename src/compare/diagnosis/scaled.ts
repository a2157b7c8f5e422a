import { indexAlong } from "../indices.js";
import type { Shape } from "../../ndarray/shape.js";
import type { At, Hypothesis, Subject } from "./fault.js";
import { type Fit, FITS, pointsOf } from "./fit.js";
import { axisText, innerOf } from "./layout.js";
import { medianOf, sampleOf } from "./sample.js";

const SAMPLE = 1024;
/** A line of a channel is fitted to so many elements at least, and at most. */
const FEWEST = 8;
const MOST = 64;
const MOST_CHANNELS = 4096;

/** One scale, shift, or both, of the whole array. */
export function* scaled(subject: Subject): Generator<Hypothesis> {
  const { numel, aligned, candidate, reference } = subject;
  if (!aligned) return;
  const points = pointsOf(subject, sampleOf(numel, SAMPLE));
  if (points.x.length < FEWEST) return;
  for (const { parameters, of } of FITS) {
    const fit = of(points);
    if (!isUsable(fit)) continue;
    const { scale, shift } = inverse(fit);
    yield {
      name: "scaled",
      text: `The candidate is ${formula(scale, shift)}${ranges(scale, shift)}.`,
      parameters: { scale, shift },
      left: reference.at,
      right: (i) => fit.scale * candidate.at(i) + fit.shift,
      covers: candidate.covers,
      fitted: parameters,
    };
  }
}

/** A scale, shift, or both, of each index along one axis. */
export function* scaledByChannel(subject: Subject): Generator<Hypothesis> {
  const { shape, numel, aligned, axis, reference, candidate } = subject;
  if (!aligned) return;
  for (const d of axesOf(shape, axis)) {
    if (shape[d] > MOST_CHANNELS || numel / shape[d] < FEWEST) continue;
    const channelOf = indexAlong(shape, d);
    const channels = Array.from({ length: shape[d] }, (_, c) => pointsOf(subject, placesOf(shape, d, c)));
    if (channels.some(({ x }) => x.length < FEWEST)) continue;
    const middles = channels.map(({ y }) => medianOf(y));
    for (const { parameters, of } of FITS) {
      const fits = channels.map(of);
      if (!fits.every(isUsable)) continue;
      const scales = fits.map((fit) => inverse(fit).scale);
      const shifts = fits.map((fit) => inverse(fit).shift);
      const right: At = (i) => {
        const { scale, shift } = fits[channelOf(i)];
        return scale * candidate.at(i) + shift;
      };
      yield {
        name: "scaled",
        text: `The candidate is the reference scaled and shifted by each index of ${axisText(d, shape)} on its own${normalization(scales, shifts)}.`,
        evidence: [`Scales ${listed(scales)}; shifts ${listed(shifts)}.`],
        parameters: { axis: d, scale: scales, shift: shifts },
        left: reference.at,
        right,
        fitted: parameters * shape[d],
        middle: (i) => middles[channelOf(i)],
      };
    }
  }
}

/** That of the caller alone; else where channels mostly are, then the others. */
function axesOf(shape: Shape, axis: number | null): number[] {
  if (axis !== null) return [axis];
  const usual = [1, shape.length - 1, 0].filter((d) => d >= 0 && d < shape.length);
  return [...new Set([...usual, ...shape.keys()])].filter((d) => shape[d] > 1);
}

/** Places of one channel, spread evenly. */
function placesOf(shape: Shape, axis: number, channel: number): number[] {
  const inner = innerOf(shape, axis);
  const outer = shape.slice(0, axis).reduce((product, size) => product * size, 1);
  return sampleOf(outer * inner, MOST).map((place) => {
    const rest = place % inner;
    return ((place - rest) / inner) * inner * shape[axis] + channel * inner + rest;
  });
}

function isUsable({ scale, shift }: Fit): boolean {
  return Number.isFinite(scale) && Number.isFinite(shift) && scale !== 0;
}

/** From undoing to what was done: candidate = scale · reference + shift. */
function inverse({ scale, shift }: Fit): Fit {
  return { scale: 1 / scale, shift: shift === 0 ? 0 : -shift / scale };
}

function formula(scale: number, shift: number): string {
  if (scale === 1) return `the reference ${shift < 0 ? "minus" : "plus"} ${short(Math.abs(shift))}`;
  const sum = shift === 0 ? "" : ` ${shift < 0 ? "minus" : "plus"} ${short(Math.abs(shift))}`;
  return `${short(scale)} times the reference${sum}`;
}

const RANGES = [
  [255, 0, "0…255 where the reference has 0…1"],
  [1 / 255, 0, "0…1 where the reference has 0…255"],
  [2, -1, "-1…1 where the reference has 0…1"],
  [0.5, 0.5, "0…1 where the reference has -1…1"],
  [127.5, 127.5, "0…255 where the reference has -1…1"],
  [1 / 127.5, -1, "-1…1 where the reference has 0…255"],
] as const;

function ranges(scale: number, shift: number): string {
  const known = RANGES.find(
    ([a, b]) => isNear(scale, a) && Math.abs(shift - b) <= 1e-3 * (Math.abs(a) + Math.abs(b)),
  );
  return known ? `: ${known[2]}` : "";
}

/** Means and standard deviations of ImageNet's red, green and blue, of values from 0 to 1. */
const MEANS = [0.485, 0.456, 0.406];
const DEVIATIONS = [0.229, 0.224, 0.225];

function normalization(scales: readonly number[], shifts: readonly number[]): string {
  if (scales.length !== 3) return "";
  for (const range of [1, 255]) {
    const [means, deviations] = [MEANS, DEVIATIONS].map((all) => all.map((one) => one * range));
    const normalized = scales.every(
      (s, c) => isNear(s, 1 / deviations[c]) && isNear(shifts[c], -means[c] / deviations[c]),
    );
    if (normalized) return ", by ImageNet's means and standard deviations, which the reference is without";
    const raw = scales.every((s, c) => isNear(s, deviations[c]) && isNear(shifts[c], means[c]));
    if (raw) return ", by ImageNet's means and standard deviations, which the candidate is without";
  }
  return "";
}

function isNear(x: number, known: number): boolean {
  return Math.abs(x - known) <= 1e-3 * Math.abs(known);
}

function short(x: number): string {
  return String(Number(x.toPrecision(6)));
}

function listed(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 8).map(short).join(", ");
  return numbers.length > 8 ? `${shown} and ${numbers.length - 8} more` : shown;
}
