/** `init` of the slim entries: the caller supplies the binary. */
import { type Binary, isProvided, provide } from "./binary.js";
import { builtin } from "./builtin.js";
import { describeValue } from "./describe.js";
import { BINARY_ID } from "./generated/kernels.js";
import { forMemory, refusal } from "./load.js";
import { canShare } from "./memory.js";

/**
 * The binary of this version, "lossgrad/lossgrad.wasm" or "lossgrad/lossgrad.threads.wasm": its
 * bytes, its URL (in Node also of a file), a Response with it, or the module that a bundler or
 * WebAssembly.compile made of it.
 */
export type BinarySource = BufferSource | URL | string | Response | WebAssembly.Module;

/** Modules by the memory that they import. */
class Modules implements Binary {
  plain: WebAssembly.Module | null = null;
  shared: WebAssembly.Module | null = null;
  private source: Uint8Array | null = null;

  bytes(): Uint8Array | null {
    return this.source;
  }

  module(shared: boolean): WebAssembly.Module | null {
    return shared ? this.shared : this.plain;
  }

  async add(source: unknown): Promise<void> {
    if (isModule(source)) {
      checkVersion(source);
      if (importsShared(source)) this.shared = source;
      else this.plain = source;
      return;
    }
    // Bytes serve both kinds of memory.
    const bytes = await bytesOf(source);
    checkBinary(bytes);
    this.plain = await compiled(forMemory(bytes, false));
    if (canShare()) this.shared = await compiled(forMemory(bytes, true));
    // Functions are copied from it later: a copy that the caller cannot change.
    this.source = new Uint8Array(bytes);
  }
}

/**
 * Supplies the binary to the slim entries, which come without one. Resolves when everything is
 * ready; all else stays synchronous. Once a binary is there, further calls do nothing; after an
 * error it may be called again.
 *
 * Bytes, URLs and Responses of either binary serve for threads as well. A compiled module serves
 * one kind of memory: that of lossgrad.wasm computes on one thread; with that of
 * lossgrad.threads.wasm as `threads` besides, several threads are used where memory can be shared.
 *
 * @throws TypeError for what is no source; Error where it cannot be read or compiled, or is of
 * another version. The promise rejects.
 * @see https://developer.mozilla.org/en-US/docs/WebAssembly/Reference/JavaScript_interface
 * @example
 * const ready = init("/assets/lossgrad.wasm"); // await it before anything is computed
 * ready instanceof Promise; // true
 */
export async function init(
  source: BinarySource | PromiseLike<BinarySource>,
  threads?: BinarySource | PromiseLike<BinarySource>,
): Promise<void> {
  if (isProvided()) return;
  const modules = new Modules();
  await modules.add(await source);
  if (threads !== undefined) await modules.add(await threads);
  provide(modules);
}

/** What a source calls itself: one of another realm is of another class. */
function kindOf(source: unknown): string {
  return Object.prototype.toString.call(source).slice("[object ".length, -1);
}

function isModule(source: unknown): source is WebAssembly.Module {
  return kindOf(source) === "WebAssembly.Module";
}

/** Engines do not tell a module's kind of memory; one of the wrong kind is refused. */
function importsShared(module: WebAssembly.Module): boolean {
  try {
    new WebAssembly.Instance(module, { env: { memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }) } });
    return false;
  } catch (error) {
    if (error instanceof WebAssembly.LinkError) return true;
    throw error;
  }
}

function checkVersion(module: WebAssembly.Module): void {
  const [section] = WebAssembly.Module.customSections(module, "lossgrad");
  const id = section ? new TextDecoder().decode(section) : "none";
  if (id === BINARY_ID) return;
  throw new Error(
    `init: expected the binary of this version of lossgrad (${BINARY_ID}), got another (${id}); serve dist/lossgrad.wasm of the ` +
      "package that is installed",
  );
}

/** What a WebAssembly binary begins with. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

/**
 * Says it of a page in the binary's place, which servers of single-page apps answer with, before an
 * engine is blamed.
 */
function checkBinary(bytes: Uint8Array): void {
  if (MAGIC.every((byte, i) => bytes[i] === byte)) return;
  const start = new TextDecoder().decode(bytes.subarray(0, 16));
  throw new Error(
    `init: expected the bytes of "lossgrad/lossgrad.wasm", got ${bytes.length} bytes that begin with ${JSON.stringify(start)}; does its URL ` +
      "answer with the file?",
  );
}

async function compiled(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  const module = await WebAssembly.compile(bytes).catch((error: unknown) => {
    throw refusal(bytes, error);
  });
  checkVersion(module);
  return module;
}

async function bytesOf(source: unknown): Promise<Uint8Array> {
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  }
  if (isBuffer(source)) return new Uint8Array(source);
  if (typeof source === "string" || source instanceof URL) return read(source);
  if (isResponse(source)) return received(source);
  throw new TypeError(
    "init: expected the binary as bytes, a URL, a Response or a compiled WebAssembly.Module, got " +
      `${describeValue(source)}; "lossgrad/lossgrad.wasm" is its file`,
  );
}

function isBuffer(source: unknown): source is ArrayBufferLike {
  return /^(Shared)?ArrayBuffer$/.test(kindOf(source));
}

function isResponse(source: unknown): source is Response {
  return kindOf(source) === "Response";
}

async function read(source: string | URL): Promise<Uint8Array> {
  const url = String(source);
  const files = url.startsWith("file:") ? builtin("node:fs") : undefined;
  try {
    if (files) return files.readFileSync(new URL(url));
    return await received(await fetch(url));
  } catch (error) {
    const relative = globalThis.location === undefined && !/^[a-z][a-z\d+.-]*:/i.test(url);
    const wayOut = relative
      ? '; outside of pages a URL is whole, as import.meta.resolve("lossgrad/lossgrad.wasm") gives it'
      : "";
    throw new Error(`init: expected to read the binary from ${url}, got "${String(error)}"${wayOut}`, {
      cause: error,
    });
  }
}

async function received(response: Response): Promise<Uint8Array> {
  if (!response.ok)
    throw new Error(`init: expected a Response with the binary, got status ${response.status}`);
  if (response.bodyUsed || response.body?.locked)
    throw new Error(
      "init: expected a Response that nobody has read, got one whose body is in use; give a clone()",
    );
  return new Uint8Array(await response.arrayBuffer());
}
