/**
 * The files that a command will write. They are looked at before it computes, so that what took
 * hours is not lost at its end, and no file that is read is written over.
 */
import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../input-error.js";

export interface Outputs {
  readonly grad?: string;
  readonly state?: string;
  readonly report?: string;
  readonly plot?: string;
}

const KINDS = {
  report: [/\.html?$/i, "an .html file"],
  plot: [/\.(svg|png)$/i, "an .svg or .png file"],
} as const;

/**
 * @throws UsageError for names of the wrong kind, files that cannot be written, that are among
 *   those `read`, or that two options name
 */
export async function checkOutputs(given: Outputs, read: readonly string[]): Promise<void> {
  const taken = new Map<string, string>();
  for (const path of read) {
    const file = await fileAt(path);
    if (file.exists) taken.set(file.name, "which is read");
  }
  for (const option of ["grad", "state", "report", "plot"] as const) {
    const path = given[option];
    if (path === undefined) continue;
    checkKind(option, path);
    const { name, isDevice } = await writable(option, path);
    const user = taken.get(name);
    if (user !== undefined && !isDevice)
      throw new UsageError(`--${option}: expected a file of its own, got ${path}, ${user}`);
    taken.set(name, `which --${option} writes`);
  }
}

function checkKind(option: keyof Outputs, path: string): void {
  if (option !== "report" && option !== "plot") return;
  const [pattern, kind] = KINDS[option];
  if (!pattern.test(path)) throw new UsageError(`--${option}: expected the name of ${kind}, got ${path}`);
}

async function writable(option: keyof Outputs, path: string): Promise<File> {
  const refused = (got: string): UsageError =>
    new UsageError(`--${option}: expected a file that can be written, got ${got}`);
  if (path === "") throw refused("an empty name");
  try {
    const file = await fileAt(path);
    if (file.isFolder) throw refused(`${path}, which is a folder`);
    // Of a folder, what is asked for is whether files can be made in it; below a file, there is none.
    await access(file.exists ? path : `${dirname(path)}/`, constants.W_OK);
    return file;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw refused(`${path}, whose folder does not exist`);
    if (code === "ENOTDIR") throw refused(`${path}, which is below a file`);
    if (code === "EACCES" || code === "EROFS") throw refused(`${path}, which may not be written`);
    throw refused(`${path}: ${message}`);
  }
}

interface File {
  /** The same for all paths to one file. */
  readonly name: string;
  readonly exists: boolean;
  readonly isFolder: boolean;
  /** Or a pipe: what may be named twice, such as /dev/null. */
  readonly isDevice: boolean;
}

async function fileAt(path: string): Promise<File> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  if (stats) {
    const isFolder = stats.isDirectory();
    const name = `${stats.dev}:${stats.ino}`;
    return { name, exists: true, isFolder, isDevice: !isFolder && !stats.isFile() };
  }
  const folder = await realpath(dirname(path)).catch(() => dirname(path));
  return { name: join(folder, basename(path)), exists: false, isFolder: path.endsWith("/"), isDevice: false };
}
