import { constants, createReadStream, openSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { peek } from "../../../cli/src/sources/peek.js";
import { InputError } from "../../../cli/src/input-error.js";

/** More than this is not taken from a pipe, which need not have an end. */
const PIPE_LIMIT = 2 ** 30;
const CHUNK = 2 ** 18;

/** The bytes of a file or a pipe, chunk by chunk; `close` gives it back, also in the middle. */
export interface ByteSource {
  chunks: AsyncIterable<Uint8Array>;
  /** Whether the bytes are those of a regular file, which may also be read out of order. */
  isPlainFile: boolean;
  close: () => void;
}

/**
 * Opens a regular file or a pipe. What gzip made is decompressed on the way, known by its first
 * bytes.
 *
 * A pipe is opened without waiting for its writer, and given up when nothing comes for
 * `waitSeconds`.
 */
export async function openBytes(path: string, waitSeconds: number): Promise<ByteSource> {
  const kind = kindOf(await ask(path), path);
  const stream =
    kind === "file" ? createReadStream(path, { highWaterMark: CHUNK }) : openPipe(path, waitSeconds);
  const named = kind === "file" ? namingErrors(stream, path) : limited(namingErrors(stream, path), path);
  const { head, chunks } = await peek(named, 2);
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  return {
    chunks: isGzip ? gunzip(chunks, path) : chunks,
    isPlainFile: kind === "file" && !isGzip,
    close: () => void stream.destroy(),
  };
}

async function ask(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw inputError(error, path);
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
function openPipe(path: string, waitSeconds: number): Socket {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw inputError(error, path);
  }
  const socket = new Socket({ fd, readable: true, writable: false });
  socket.setTimeout(waitSeconds * 1000, () => {
    const what = `nothing came through this pipe for ${waitSeconds} s`;
    socket.destroy(
      new InputError(`${path}: ${what}; --wait allows more, or write the data into a file first`),
    );
  });
  return socket;
}

async function* namingErrors(stream: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw inputError(error, path);
  }
}

async function* limited(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > PIPE_LIMIT) {
      const limit = `expected at most ${PIPE_LIMIT.toLocaleString("en")} bytes from a pipe, got more`;
      throw new InputError(`${path}: ${limit}; write them into a file, which may be longer`);
    }
    yield chunk;
  }
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const unzipped = createGunzip();
  // What goes wrong on either side arrives where `unzipped` is read.
  pipeline(Readable.from(chunks), unzipped, () => undefined);
  try {
    yield* unzipped as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: not readable as gzip: ${(error as Error).message}`);
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
