import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Lossgrad from "lossgrad";

const { CompileError, Memory } = WebAssembly;

/** WebAssembly with some of its parts replaced. */
function withWebAssembly(parts: Partial<typeof WebAssembly>): void {
  const original = WebAssembly;
  vi.stubGlobal("WebAssembly", Object.assign(Object.create(original) as object, parts));
}

/** A WebAssembly.Module that compiles nothing. */
function refuses(reason: string): typeof WebAssembly.Module {
  return vi.fn(function () {
    throw new CompileError(reason);
  }) as never;
}

/** Memory of at most `limit` pages, as where address space is short. */
function limitMemory(limit: number, refusesShared = false): void {
  withWebAssembly({
    Memory: class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        if (descriptor.maximum! > limit || (refusesShared && descriptor.shared)) {
          throw new RangeError("could not allocate memory");
        }
        super(descriptor);
      }
    },
  });
}

let lossgrad: typeof Lossgrad;

beforeEach(async () => {
  vi.resetModules();
  lossgrad = await import("lossgrad");
});

afterEach(() => vi.unstubAllGlobals());

describe("the binary", () => {
  it("of the package is the one that is inlined", async () => {
    const { WASM_BASE64 } = await import("../../src/core/generated/binary.js");
    expect(readFileSync("dist/lossgrad.wasm").equals(Buffer.from(WASM_BASE64, "base64"))).toBe(true);
  });

  it("names its version in both of its forms", async () => {
    const { BINARY_ID } = await import("../../src/core/generated/kernels.js");
    const ids = ["dist/lossgrad.wasm", "dist/lossgrad.threads.wasm"].map((file) => {
      const [section] = WebAssembly.Module.customSections(
        new WebAssembly.Module(readFileSync(file)),
        "lossgrad",
      );
      return new TextDecoder().decode(section);
    });
    expect(ids).toEqual([BINARY_ID, BINARY_ID]);
    expect(BINARY_ID).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("a place that refuses the binary", () => {
  it.each([
    [
      "by its Content-Security-Policy",
      { Module: refuses("Refused to compile") },
      "a Content-Security-Policy must have 'wasm-unsafe-eval' in its script-src",
    ],
    [
      "for want of SIMD",
      { Module: refuses("invalid"), validate: () => false },
      "lossgrad: expected an engine that takes the binary (WebAssembly with SIMD",
    ],
  ])("%s says so, and the next call tries again", (_, parts, text) => {
    withWebAssembly(parts);
    expect(() => lossgrad.tensor([1])).toThrow(text);
    expect(() => lossgrad.tensor([1])).toThrow(text);
    vi.unstubAllGlobals();
    expect(lossgrad.tensor([1]).item()).toBe(1);
  });

  it("for want of WebAssembly says so", () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(() => lossgrad.tensor([1])).toThrow(
      "lossgrad: expected an engine with WebAssembly, got one without",
    );
  });
});

describe("a place with little address space", () => {
  it("gets what it can give, and the error at its end says how much that is", () => {
    limitMemory(1024);
    expect(lossgrad.ones([4]).sum().item()).toBe(4);
    expect(() => lossgrad.empty([2 ** 26])).toThrow(/of at most (32|64) MiB/);
    expect(lossgrad.ones([4]).sum().item()).toBe(4);
  });

  it("and none that can be shared gets memory that is not", () => {
    limitMemory(65535, true);
    expect(lossgrad.ones([4]).array().buffer).toBeInstanceOf(ArrayBuffer);
  });

  it("and hardly any says so", () => {
    limitMemory(16);
    expect(() => lossgrad.ones([4])).toThrow(
      /^lossgrad: expected address space for \d+ bytes of memory, got "RangeError/,
    );
  });
});

describe("two copies of the library", () => {
  it("do not know of each other", async () => {
    const first = lossgrad;
    vi.resetModules();
    const second: typeof Lossgrad = await import("lossgrad");
    expect(second.Tensor).not.toBe(first.Tensor);
    const [x, y] = [first.tensor([1, 2]), second.tensor([5, 5])];
    expect([first.F.l1Loss(x, x.add(1)).item(), second.F.l1Loss(y, y.add(2)).item()]).toEqual([1, 2]);
    second.setNumThreads(1);
    first.setNumThreads(2);
    expect([first.getNumThreads(), second.getNumThreads()]).toEqual([2, 1]);
  });
});
