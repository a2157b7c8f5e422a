/** Compares what two paths hold: array with array, or all that have the same name. */
import { compare, type CompareOptions, type Comparison } from "lossgrad/compare";
import { InputError } from "../input-error.js";
import { openArray, type ReadOptions } from "../readers/open.js";
import type { ArrayReader } from "../readers/reader.js";
import { type Layer, layersOf } from "./layers.js";
import { readWhole } from "./whole.js";

/** Where an array came from. */
export interface Origin {
  readonly name: string;
  readonly format: string;
}

/** Two arrays that were compared. */
export interface Compared {
  readonly reference: Origin;
  readonly candidate: Origin;
  readonly comparison: Comparison;
  /** What was decided for the user, one sentence each. */
  readonly notes: readonly string[];
}

/** Two arrays of one name. */
export interface ComparedLayer extends Compared {
  readonly layer: string;
}

/** What is on one side only. */
export interface Unpaired {
  readonly reference: readonly string[];
  readonly candidate: readonly string[];
}

export type Difference =
  | { readonly kind: "arrays"; readonly equal: boolean; readonly compared: Compared }
  | {
      readonly kind: "layers";
      readonly equal: boolean;
      readonly layers: readonly ComparedLayer[];
      /** The first of the layers that differs; null where none does. */
      readonly first: string | null;
      readonly unpaired: Unpaired;
    };

export type Paths = readonly [reference: string, candidate: string];
type Ways = readonly [ReadOptions, ReadOptions];

/** @throws InputError for files that cannot be read, or do not go together */
export async function diff(paths: Paths, ways: Ways, options: CompareOptions): Promise<Difference> {
  const references = await layersOf(paths[0], ways[0]);
  const candidates = await layersOf(paths[1], ways[1]);
  if (references && candidates) return diffLayers(references, candidates, paths, options);
  if (references ?? candidates) {
    const [several, one] = references ? paths : [paths[1], paths[0]];
    const names = (references ?? candidates)!.length;
    throw new InputError(
      `expected two files of one array each, or two of several, got ${names} arrays (${several}) and one (${one}); ` +
        "--tensor chooses one of a safetensors file, and --array one of an npz",
    );
  }
  const open = (side: 0 | 1) => () => openArray(paths[side], ways[side]);
  const compared = await compareOpened(open(0), open(1), options);
  return { kind: "arrays", equal: compared.comparison.equal, compared };
}

async function diffLayers(
  references: readonly Layer[],
  candidates: readonly Layer[],
  paths: Paths,
  options: CompareOptions,
): Promise<Difference> {
  const others = new Map(candidates.map((layer) => [layer.name, layer]));
  const layers: ComparedLayer[] = [];
  for (const { name, open } of references) {
    const other = others.get(name);
    if (other) layers.push({ layer: name, ...(await compareOpened(open, other.open, options)) });
  }
  if (layers.length === 0)
    throw new InputError(`expected arrays of the same names, got none in ${paths[0]} and ${paths[1]}`);
  const known = new Set(references.map(({ name }) => name));
  const unpaired = {
    reference: references.flatMap(({ name }) => (others.has(name) ? [] : [name])),
    candidate: candidates.flatMap(({ name }) => (known.has(name) ? [] : [name])),
  };
  const first = layers.find(({ comparison }) => !comparison.equal)?.layer ?? null;
  const equal = first === null && unpaired.reference.length + unpaired.candidate.length === 0;
  return { kind: "layers", equal, layers, first, unpaired };
}

type Open = () => Promise<ArrayReader>;

async function compareOpened(reference: Open, candidate: Open, options: CompareOptions): Promise<Compared> {
  const [r, c] = [await opened(reference), await opened(candidate)];
  try {
    const comparison = compare(r.elements, c.elements, options);
    return {
      reference: r.origin,
      candidate: c.origin,
      comparison,
      notes: [...r.notes, ...c.notes],
    };
  } catch (error) {
    // An axis that these arrays lack.
    if (error instanceof RangeError) throw new InputError(`${c.origin.name}: ${error.message}`);
    throw error;
  }
}

async function opened(open: Open) {
  const reader = await open();
  try {
    const elements = await readWhole(reader);
    const { name, format } = reader;
    return { elements, origin: { name, format }, notes: notesOf(reader) };
  } finally {
    await reader.close();
  }
}

/** Integers of 64 bits are compared as they are: nothing is rounded that evaluate would round. */
function notesOf({ name, held, notes }: ArrayReader): string[] {
  const kept = held === "int64" ? notes.filter((note) => !note.endsWith("rounded to float64")) : notes;
  return kept.map((note) => `${name}: ${note}`);
}
