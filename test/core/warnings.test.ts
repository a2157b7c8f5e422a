import { afterEach, describe, expect, it, vi } from "vitest";
import type { Mock } from "vitest";
import { onWarning, warn } from "../../src/core/warnings.js";

/** A process that takes warnings, as Node's does. */
function emitter(): Mock {
  const emitWarning = vi.fn();
  vi.stubGlobal("process", { emitWarning });
  return emitWarning;
}

afterEach(() => {
  onWarning(null);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("onWarning", () => {
  it("sends every warning to the handler, repeated ones too", () => {
    const seen: string[] = [];
    const emit = emitter();
    onWarning((message) => seen.push(message));
    warn("one");
    warn("one");
    warn("two");
    expect(seen).toEqual(["one", "one", "two"]);
    expect(emit).not.toHaveBeenCalled();
  });

  it("returns the handler before, and takes it back", () => {
    const [first, second] = [vi.fn(), vi.fn()];
    expect(onWarning(first)).toBeNull();
    expect(onWarning(second)).toBe(first);
    warn("to the second");
    expect(onWarning(first)).toBe(second);
    warn("to the first");
    expect(first.mock.calls).toEqual([["to the first"]]);
    expect(second.mock.calls).toEqual([["to the second"]]);
  });

  it.each([
    ["a string", '"a string"'],
    [1, "1"],
    [undefined, "undefined"],
    [{}, "Object"],
  ])("refuses %j, and keeps the handler", (value, described) => {
    const handler = vi.fn();
    onWarning(handler);
    const call = (): unknown => onWarning(value as unknown as null);
    expect(call).toThrow(new TypeError(`onWarning: expected a function or null, got ${described}`));
    warn("still there");
    expect(handler).toHaveBeenCalledWith("still there");
  });
});

describe("without a handler", () => {
  it("each text goes to process.emitWarning once, as a UserWarning", () => {
    const emit = emitter();
    warn("to the process");
    warn("to the process");
    warn("another");
    expect(emit.mock.calls).toEqual([
      ["to the process", "UserWarning"],
      ["another", "UserWarning"],
    ]);
  });

  it("a text that a handler got is still new to the process", () => {
    const emit = emitter();
    onWarning(() => undefined);
    warn("seen by the handler");
    onWarning(null);
    warn("seen by the handler");
    expect(emit).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["there is no process", undefined],
    ["the process has no emitWarning", {}],
  ])("the console gets it where %s", (situation, process) => {
    const toConsole = vi.spyOn(console, "warn").mockReturnValue();
    vi.stubGlobal("process", process);
    warn(situation);
    warn(situation);
    vi.unstubAllGlobals();
    expect(toConsole.mock.calls).toEqual([[`UserWarning: ${situation}`]]);
  });
});
