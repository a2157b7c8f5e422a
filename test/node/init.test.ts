import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Arrays from "lossgrad/slim/arrays";
import type * as Slim from "lossgrad/slim";

const PLAIN = "dist/lossgrad.wasm";
const SHARED = "dist/lossgrad.threads.wasm";
const bytesOf = (file: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(file));
const moduleOf = (file: string): WebAssembly.Module => new WebAssembly.Module(bytesOf(file));

let slim: typeof Slim;

/** The mean absolute error of a tensor, and whether its memory is shared. */
function compute(): [number, boolean] {
  const x = slim.tensor([1, 2, 6]);
  const loss = slim.F.l1Loss(x, slim.tensor([1, 2, 3]));
  return [Number(loss.item()), x.array().buffer instanceof SharedArrayBuffer];
}

/** Answers every fetch. */
function serve(answer: (url: string) => Response): void {
  vi.stubGlobal("fetch", (url: string) => Promise.resolve(answer(url)));
}

/** The same bytes with another digest in the custom section at their end. */
function ofAnotherVersion(): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(PLAIN);
  bytes[bytes.length - 1] ^= 1;
  return bytes;
}

beforeEach(async () => {
  // As in a page of its own: nothing is loaded yet.
  vi.resetModules();
  slim = await import("lossgrad/slim");
});

afterEach(() => vi.unstubAllGlobals());

describe("before init", () => {
  const text = "lossgrad/slim: expected `await init(source)` before anything is computed, got no binary";

  it("a tensor is refused, and can be made after it", async () => {
    expect(() => slim.tensor([1])).toThrow(text);
    await slim.init(bytesOf(PLAIN));
    expect(compute()).toEqual([1, true]);
  });

  it.each([1, 40, 100])("a loss of arrays of %i is refused", async (n) => {
    const arrays: typeof Arrays = await import("lossgrad/slim/arrays");
    const [x, y] = [new Float32Array(n), new Float32Array(n)];
    expect(() => arrays.l1Loss(x, y)).toThrow(text);
    expect(() => arrays.l1Loss.valueAndGrad(x, y)).toThrow(text);
  });

  it("importing, and what needs no memory, are fine", () => {
    slim.setNumThreads(3);
    expect([slim.getNumThreads(), slim.threadsInUse(), String(new slim.nn.L1Loss())]).toEqual([
      3,
      1,
      "L1Loss()",
    ]);
  });
});

describe("init takes", () => {
  it.each([
    ["a Uint8Array", () => bytesOf(PLAIN)],
    [
      "a view that begins in the midst of its buffer",
      () => new Uint8Array([0, ...bytesOf(PLAIN)]).subarray(1),
    ],
    ["an ArrayBuffer", () => bytesOf(PLAIN).buffer],
    ["the binary for shared memory, which serves for both", () => bytesOf(SHARED)],
    ["a Response", () => new Response(bytesOf(PLAIN))],
    ["a promise", () => Promise.resolve(bytesOf(PLAIN))],
    ["a file's URL", () => pathToFileURL(PLAIN)],
    ["a file's URL as a string", () => pathToFileURL(PLAIN).href],
  ])("%s", async (_, source) => {
    await expect(slim.init(source())).resolves.toBeUndefined();
    expect(compute()).toEqual([1, true]);
  });

  it.each([
    ["a string", "https://example.org/lossgrad.wasm"],
    ["a URL", new URL("https://example.org/lossgrad.wasm")],
  ])("%s, and fetches it", async (_, url) => {
    const urls: string[] = [];
    serve((asked) => {
      urls.push(asked);
      return new Response(bytesOf(PLAIN));
    });
    await slim.init(url);
    expect(urls).toEqual(["https://example.org/lossgrad.wasm"]);
    expect(compute()).toEqual([1, true]);
  });

  it("a module for plain memory, which is then not shared", async () => {
    await slim.init(moduleOf(PLAIN));
    expect(compute()).toEqual([1, false]);
  });

  it("modules for both memories, in either order", async () => {
    await slim.init(moduleOf(SHARED), moduleOf(PLAIN));
    expect(compute()).toEqual([1, true]);
  });

  it("a module for shared memory alone, through which arrays pass as well", async () => {
    await slim.init(moduleOf(SHARED));
    const arrays: typeof Arrays = await import("lossgrad/slim/arrays");
    expect(compute()).toEqual([1, true]);
    expect(arrays.l1Loss(new Float32Array(100).fill(3), new Float32Array(100))).toBe(3);
  });

  it("the bytes of another realm", async () => {
    const foreign = runInNewContext("new Uint8Array(length)", {
      length: bytesOf(PLAIN).length,
    }) as Uint8Array;
    foreign.set(bytesOf(PLAIN));
    await slim.init(foreign.buffer);
    expect(compute()).toEqual([1, true]);
  });

  it("nothing more once a binary is there: it does not even look", async () => {
    await slim.init(bytesOf(PLAIN));
    await expect(slim.init(5)).resolves.toBeUndefined();
  });
});

describe("init refuses, and may be called again after", () => {
  it.each([
    ["nothing", undefined, TypeError, "init: expected the binary as bytes, a URL, a Response or a compiled"],
    ["a number", 5, TypeError, "got 5"],
    ["null", null, TypeError, "got null"],
    ["an object", {}, TypeError, "init: expected the binary as bytes"],
    ["a promise that rejects", () => Promise.reject(new Error("gone")), Error, "gone"],
    [
      "bytes that are no module",
      new Uint8Array([65, 66, 67]),
      Error,
      'init: expected the bytes of "lossgrad/lossgrad.wasm", got 3 bytes that begin with "ABC"',
    ],
    ["no bytes", new Uint8Array(0), Error, 'got 0 bytes that begin with ""'],
    ["bytes that are cut off", bytesOf(PLAIN).slice(0, -40), Error, "or bytes that were damaged"],
    ["a Blob", new Blob(["x"]), TypeError, "a Response or a compiled WebAssembly.Module, got Blob"],
    ["another version", ofAnotherVersion(), Error, "init: expected the binary of this version of lossgrad"],
    [
      "a module of something else",
      new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)),
      Error,
      "got another (none)",
    ],
    ["a Response of 404", new Response("", { status: 404 }), Error, "got status 404"],
    [
      "a file that is not there",
      "file:///not/there.wasm",
      Error,
      "init: expected to read the binary from file:///not/there.wasm",
    ],
    [
      "a URL without a base",
      "lossgrad.wasm",
      Error,
      'outside of pages a URL is whole, as import.meta.resolve("lossgrad/lossgrad.wasm") gives it',
    ],
  ] as const)("%s", async (_, source, kind, text) => {
    const given: unknown = typeof source === "function" ? (source as () => unknown)() : source;
    const error: unknown = await slim.init(given as never).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toContain(text);
    await slim.init(bytesOf(PLAIN));
    expect(compute()).toEqual([1, true]);
  });

  it("a server that answers with a page", async () => {
    serve(() => new Response("<!doctype html><html>", { status: 200 }));
    await expect(slim.init("https://example.org/x.wasm")).rejects.toThrow(
      'got 21 bytes that begin with "<!doctype html><"; does its URL answer with the file?',
    );
  });

  it.each([
    ["was read before", (response: Response) => response.arrayBuffer()],
    ["somebody is reading", (response: Response) => response.body!.getReader()],
  ])("a Response that %s", async (_, read) => {
    const response = new Response(bytesOf(PLAIN));
    await read(response);
    await expect(slim.init(response)).rejects.toThrow("init: expected a Response that nobody has read");
  });
});

describe("where memory cannot be shared", () => {
  it("a module for shared memory says what is needed instead", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    await slim.init(moduleOf(SHARED));
    expect(() => compute()).toThrow(
      'lossgrad: expected a module for unshared memory, got one for the other kind; here init() needs the module of "lossgrad/lossgrad.wasm"',
    );
  });

  it("bytes make an unshared memory", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    await slim.init(bytesOf(SHARED));
    expect(compute()).toEqual([1, false]);
  });
});
