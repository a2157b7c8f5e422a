import { constants, openSync, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { InputError } from "../input-error.js";
import { type Source, StreamSource } from "./source.js";

/** Long enough for a slow program at the other end of a pipe; --wait changes it. */
export const WAIT_SECONDS = 30;

/**
 * Opens a regular file, or a pipe that has a name. A pipe is given up when nothing comes for
 * `waitSeconds`: nobody may ever write to it.
 */
export async function openFile(path: string, waitSeconds = WAIT_SECONDS): Promise<Source> {
  try {
    const kind = kindOf(await stat(path), path);
    if (kind === "pipe") return openPipe(path, waitSeconds);
    const handle = await open(path);
    return new FileSource(path, handle, (await handle.stat()).size);
  } catch (error) {
    throw inputError(error, path);
  }
}

/** What comes on standard input, whose end its program brings however long that takes. */
export function openStdin(): Source {
  const { stdin } = process;
  return new StreamSource(
    "standard input",
    namingErrors(stdin, "standard input"),
    () => void stdin.destroy(),
  );
}

class FileSource implements Source {
  readonly seekable = true;

  constructor(
    readonly name: string,
    private readonly handle: FileHandle,
    readonly size: number,
  ) {}

  async read(offset: number, into: Uint8Array): Promise<number> {
    let length = 0;
    try {
      while (length < into.length) {
        const { bytesRead } = await this.handle.read(into, length, into.length - length, offset + length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
    } catch (error) {
      throw inputError(error, this.name);
    }
    return length;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

function kindOf(stats: Stats, path: string): "file" | "pipe" {
  if (stats.isFile()) return "file";
  if (stats.isFIFO()) return "pipe";
  if (stats.isDirectory()) throw new InputError(`${path}: is a folder, not a file`);
  const found = stats.isSocket() ? "a socket" : "a device";
  throw new InputError(`${path}: expected a file or a pipe, got ${found}; write its data into a file first`);
}

/** Without O_NONBLOCK, opening would wait for a writer in a thread that nothing can wake. */
function openPipe(path: string, waitSeconds: number): Source {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: false });
  socket.setTimeout(waitSeconds * 1000, () => {
    const what = `nothing came through this pipe for ${waitSeconds} s`;
    socket.destroy(
      new InputError(`${path}: ${what}; --wait allows more, or write the data into a file first`),
    );
  });
  return new StreamSource(path, namingErrors(socket, path), () => void socket.destroy());
}

async function* namingErrors(stream: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw inputError(error, path);
  }
}

const CAUSES = new Map([
  ["ENOENT", "no such file"],
  ["EISDIR", "is a folder, not a file"],
  ["EACCES", "may not be read"],
]);

/** A refusal of the operating system in our words; an error of ours as it is. */
function inputError(error: unknown, path: string): Error {
  if (error instanceof InputError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new InputError(`${path}: ${CAUSES.get(code ?? "") ?? message}`);
}
