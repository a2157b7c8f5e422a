/**
 * The rivals' packages, which are installed here and not in the root: no types, and perhaps not
 * there at all.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const here = new URL("./", import.meta.url);

interface Lock {
  readonly packages: Readonly<Record<string, { version: string; engines?: { node?: string } }>>;
}

const { packages } = JSON.parse(readFileSync(new URL("package-lock.json", here), "utf8")) as Lock;

/** The package's names, by whichever way it exports them; an error that says why there are none. */
export async function load<T>(name: string): Promise<T> {
  try {
    const names = (await import(name)) as T & { default?: T };
    return names.default ?? names;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const wanted = packages[`node_modules/${name}`].engines?.node;
    const why = wanted ? `; it asks for Node ${wanted}, and this is ${process.version}` : "";
    throw new Error(`${name} is not installed${why}`, { cause: error });
  }
}

export function versionOf(name: string): string {
  return packages[`node_modules/${name}`].version;
}

/** The folder of the file that `name` resolves to. */
export function folderOf(name: string): string {
  return join(dirname(createRequire(import.meta.url).resolve(name)), "/");
}
