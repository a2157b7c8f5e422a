/** What `lossgrad diff` found, as lines that a person reads, and as JSON. */
import type { Comparison, Diagnosis, Distances } from "lossgrad/compare";
import type { Compared, ComparedLayer, Difference } from "../comparison/diff.js";
import { listed, visible } from "../input-error.js";
import { bracketed } from "../readers/reader.js";
import { printedJson } from "./json.js";
import { counted, digits } from "./numbers.js";
import { drawn } from "./table.js";

/** So many channels are shown, those that differ most. */
const MOST_CHANNELS = 10;
const BAR = 30;

export function differenceText(difference: Difference): string[] {
  if (difference.kind === "arrays") return arraysText(difference.compared);
  const { layers, first, unpaired } = difference;
  const departing = layers.find(({ layer }) => layer === first);
  const differing = layers.filter(({ comparison }) => !comparison.equal).length;
  const only = (side: "reference" | "candidate"): string[] =>
    unpaired[side].length === 0 ? [] : [visible(`only in the ${side}: ${listed(unpaired[side])}`)];
  return [
    layersTable(layers, first),
    `${counted(layers.length)} layers, ${counted(differing)} differ`,
    ...only("reference"),
    ...only("candidate"),
    ...(departing
      ? ["", visible(`The first that departs is ${departing.layer}:`), ...arraysText(departing)]
      : []),
  ];
}

export const LAYERS_HEAD = ["", "layer", "shape", "differ", "max |d|", "max ULP", "diagnosis"];

/** Layers as rows of a table. */
export function layerRows(layers: readonly ComparedLayer[], first: string | null): string[][] {
  return layers.map(({ layer, comparison }) => {
    const { equal, distances, candidate, diagnosis } = comparison;
    return [
      layer === first ? "first →" : equal ? "" : "×",
      visible(layer),
      bracketed(candidate.shape),
      distances ? counted(distances.mismatches) : "shape",
      distances?.absolute ? digits(distances.absolute.value) : "",
      distances?.ulp ? counted(distances.ulp.value) : "",
      namesOf(diagnosis),
    ];
  });
}

function layersTable(layers: readonly ComparedLayer[], first: string | null): string {
  return drawn({ head: LAYERS_HEAD, rows: layerRows(layers, first), numbers: [3, 4, 5] });
}

function namesOf(diagnosis: Diagnosis | null): string {
  if (!diagnosis) return "";
  return diagnosis.second ? `${diagnosis.name}, ${diagnosis.second}` : diagnosis.name;
}

function arraysText(compared: Compared): string[] {
  const { comparison } = compared;
  return [
    ...headText(compared),
    ...verdict(comparison),
    ...(comparison.distances && !isSame(comparison) ? distancesText(comparison.distances) : []),
    ...notFiniteText(comparison),
    ...channelsText(comparison),
    ...diagnosisText(comparison),
  ];
}

/** What was compared. */
export function headText({ reference, candidate, comparison, notes }: Compared): string[] {
  const kind = (format: string, side: "reference" | "candidate"): string =>
    `${format}, ${comparison[side].dtype} ${bracketed(comparison[side].shape)}`;
  return [
    visible(`reference ${reference.name} (${kind(reference.format, "reference")})`),
    visible(`candidate ${candidate.name} (${kind(candidate.format, "candidate")})`),
    ...notes.map((note) => visible(`note: ${note}`)),
  ];
}

/** Whether there is nothing to tell of distances. */
function isSame({ distances }: Comparison): boolean {
  return distances?.ulp?.value === 0 && distances.mismatches === 0;
}

export function verdict({ equal, distances, tolerance, reference, candidate }: Comparison): string[] {
  const what =
    "ulp" in tolerance
      ? `at most ${counted(tolerance.ulp)} ULP apart`
      : `within ${digits(tolerance.atol)} + ${digits(tolerance.rtol)} |reference|`;
  if (!distances)
    return [`DIFFERENT: shape ${bracketed(candidate.shape)} instead of ${bracketed(reference.shape)}`];
  const { elements, mismatches, firstMismatch } = distances;
  if (equal)
    return [`EQUAL: ${elements === 1 ? "the pair is" : `all ${counted(elements)} pairs are`} ${what}`];
  const share = digits(Number(((100 * mismatches) / elements).toPrecision(3)));
  return [
    `DIFFERENT: ${counted(mismatches)} of ${counted(elements)} pairs (${share} %) are not ${what}; ` +
      `the first is at ${bracketed(firstMismatch!)}`,
  ];
}

export const FURTHEST_HEAD = ["largest", "distance", "at", "reference", "candidate"];

/** The largest distances, as rows of a table. */
export function furthestRows({ absolute, relative, ulp, ulpDtype }: Distances): string[][] {
  const unit = ulpDtype === "integer" ? "in whole numbers" : `in ULP of ${ulpDtype}`;
  const rows = [
    ["absolute", absolute],
    ["relative", relative],
    [unit, ulp],
  ] as const;
  return rows.flatMap(([name, furthest]) => {
    if (!furthest) return [];
    const { value, index, reference, candidate } = furthest;
    const distance = name === unit ? counted(value) : digits(value);
    return [[name, distance, bracketed(index), digits(reference), digits(candidate)]];
  });
}

function distancesText(distances: Distances): string[] {
  const { absolute, ulp, ulpDtype, ulps, meanAbsolute, bias } = distances;
  if (!absolute || !ulp) return ["no pair is of two finite numbers"];
  const most = Math.max(...ulps.map(({ count }) => count));
  const histogram = ulps.map(({ from, to, count }) => {
    const range = from === to ? counted(from) : `${counted(from)} to ${counted(to)}`;
    return [range, counted(count), "█".repeat(Math.ceil((BAR * count) / most))];
  });
  return [
    `mean |d| ${digits(meanAbsolute!)}, mean d ${digits(bias!)}, where d is candidate - reference`,
    drawn({ head: FURTHEST_HEAD, rows: furthestRows(distances), numbers: [1, 3, 4] }),
    drawn({
      head: [ulpDtype === "integer" ? "apart" : "ULP", "pairs", ""],
      rows: histogram,
      numbers: [0, 1],
    }),
  ];
}

export function notFiniteText(comparison: Comparison): string[] {
  const kinds = { nan: "NaN", positiveInfinity: "+Inf", negativeInfinity: "-Inf" } as const;
  return (["reference", "candidate"] as const).flatMap((side) => {
    const found = Object.entries(kinds).flatMap(([kind, word]) => {
      const { count, first } = comparison[side].notFinite[kind as keyof typeof kinds];
      return first ? [`${counted(count)} ${word}, the first at ${bracketed(first)}`] : [];
    });
    return found.length > 0 ? [`${side}: ${found.join("; ")}`] : [];
  });
}

function channelsText({ channels }: Comparison): string[] {
  if (!channels) return [];
  const worst = [...channels]
    .sort((a, b) => b.mismatches - a.mismatches || (b.maxAbsolute ?? 0) - (a.maxAbsolute ?? 0))
    .slice(0, MOST_CHANNELS);
  const shown = (value: number | null): string => (value === null ? "" : digits(value));
  const rows = worst.map(({ index, elements, mismatches, meanAbsolute, bias, maxAbsolute }) => [
    String(index),
    counted(elements),
    counted(mismatches),
    ...[meanAbsolute, bias, maxAbsolute].map(shown),
  ]);
  const head = ["index", "pairs", "differ", "mean |d|", "mean d", "max |d|"];
  const which =
    channels.length > worst.length ? `the ${worst.length} worst of ${counted(channels.length)}` : "all";
  return [`along the axis, ${which}:`, drawn({ head, rows, numbers: [0, 1, 2, 3, 4, 5] })];
}

export function diagnosisText({ equal, diagnosis }: Comparison): string[] {
  if (diagnosis)
    return [visible(`diagnosis: ${diagnosis.text}`), ...diagnosis.evidence.map((one) => visible(`  ${one}`))];
  return equal ? [] : ["diagnosis: none of the known faults explains the difference"];
}

/** The same for programs: numbers have all their digits. */
export function differenceJson(difference: Difference): string {
  if (difference.kind === "arrays") return printedJson(flat(difference.compared));
  const { equal, first, unpaired, layers } = difference;
  const all = layers.map(({ layer, ...compared }) => ({ layer, ...flat(compared) }));
  return printedJson({ equal, first, unpaired, layers: all });
}

function flat({ reference, candidate, comparison, notes }: Compared): object {
  return {
    ...comparison,
    reference: { ...reference, ...comparison.reference },
    candidate: { ...candidate, ...comparison.candidate },
    notes,
  };
}
