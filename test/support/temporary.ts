/** Files of a test's own, in a folder that goes with the tests that asked for it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

interface Temporary {
  /** Where the files lie; known while tests run. */
  readonly folder: () => string;
  /** Writes a file, and returns its path. */
  readonly file: (name: string, content: string | Uint8Array) => string;
}

/** A folder for the tests of the `describe`, or of the file, that calls this. */
export function temporary(prefix: string): Temporary {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), prefix));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  // Before the tests run there is none, and a file would be written beside the sources.
  const known = (): string => {
    if (folder === "") throw new Error("temporary: expected to be asked by a test or a hook, got a describe");
    return folder;
  };
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(known(), name);
    writeFileSync(path, content);
    return path;
  };
  return { folder: known, file };
}
