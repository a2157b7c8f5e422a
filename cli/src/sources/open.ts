import { openFile, openStdin } from "./file.js";
import { decompressed } from "./gzip.js";
import { isAddress, openAddress } from "./http.js";
import type { Source } from "./source.js";

/** Opens a file, a pipe, an http(s) address, or standard input by `-`; what gzip made as well. */
export async function openSource(path: string, waitSeconds?: number): Promise<Source> {
  const source =
    path === "-"
      ? openStdin()
      : isAddress(path)
        ? await openAddress(path)
        : await openFile(path, waitSeconds);
  try {
    return await decompressed(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}
