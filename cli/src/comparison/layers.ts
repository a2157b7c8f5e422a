/** What a path holds to compare: one array, or many that have names. */
import { readdir, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { InputError } from "../input-error.js";
import { type ReadOptions, openArray } from "../readers/open.js";
import type { ArrayReader } from "../readers/reader.js";
import { arrayNames, isZip } from "../readers/npz.js";
import { isSafetensors, tensorNames } from "../readers/safetensors.js";
import { isAddress } from "../sources/http.js";
import { openSource } from "../sources/open.js";
import { readBytes } from "../sources/source.js";

/** An array with the name by which it finds the other one. */
export interface Layer {
  readonly name: string;
  readonly open: () => Promise<ArrayReader>;
}

/** The arrays of a path; null for the one array of a file. */
export async function layersOf(path: string, options: ReadOptions): Promise<Layer[] | null> {
  if (await isFolder(path)) return layersOfFolder(path, options);
  // What comes once, as standard input does, cannot be looked at first.
  if (path === "-" || (await isPipe(path))) return null;
  return layersOfFile(path, options);
}

/** Files that have arrays, by their endings. */
const ENDINGS =
  /\.(npy|npz|safetensors|parquet|arrow|feather|csv|tsv|jsonl|ndjson|png|jpg|jpeg|bin|raw)(\.gz)?$/i;

async function layersOfFolder(folder: string, options: ReadOptions): Promise<Layer[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = all
    .filter((entry) => entry.isFile() && ENDINGS.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(new Intl.Collator("en", { numeric: true }).compare);
  if (files.length === 0)
    throw new InputError(`${folder}: expected files of arrays in this folder, got none`);
  const names = files.map((file) => file.slice(join(folder, sep).length).split(sep).join("/"));
  const stems = names.map((name) => name.replace(ENDINGS, ""));
  const layers: Layer[] = [];
  for (const [i, file] of files.entries()) {
    const unique = stems.filter((stem) => stem === stems[i]).length === 1;
    const name = unique ? stems[i] : names[i];
    const inside = await layersOfFile(file, options);
    if (inside) layers.push(...inside.map((layer) => ({ ...layer, name: `${name}/${layer.name}` })));
    else layers.push({ name, open: () => openArray(file, options) });
  }
  return layers;
}

/** The arrays of a file, where there are several and none is chosen. */
async function layersOfFile(path: string, options: ReadOptions): Promise<Layer[] | null> {
  const source = await openSource(path);
  try {
    const head = await readBytes(source, 0, 16);
    const kind = isSafetensors(head) ? "tensor" : isZip(head) ? "array" : null;
    if (kind === null || options[kind] !== undefined) return null;
    const names = await (kind === "tensor" ? tensorNames(source) : arrayNames(source));
    if (names.length <= 1) return null;
    return names.map((name) => ({ name, open: () => openArray(path, { ...options, [kind]: name }) }));
  } finally {
    await source.close();
  }
}

async function isFolder(path: string): Promise<boolean> {
  if (path === "-" || isAddress(path)) return false;
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function isPipe(path: string): Promise<boolean> {
  if (isAddress(path)) return false;
  return stat(path).then(
    (stats) => stats.isFIFO(),
    () => false,
  );
}
