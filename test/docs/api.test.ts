/** Everything that the package exports is documented, and says by example what it does. */
import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { entries, tagsOf, textOf } from "../support/public-interface.js";

describe("the public interface", () => {
  it("is what this test takes it for", () => {
    const names = entries.map(({ name }) => name);
    for (const name of [
      "tensor",
      "init",
      "F.l1Loss",
      "nn.L1Loss",
      "nn.Loss.forward",
      "autograd.grad",
      "Tensor.backward",
      "Tensor.shape",
      "TensorOptions.dtype",
      "DType",
      "arrays.l1Loss",
      "arrays.l1Loss.valueAndGrad",
      "arrays.allocate",
    ]) {
      expect(names).toContain(name);
    }
    expect(names.filter((name) => /Tensor\.(nd|node|base|op|storeGrad|version)$/.test(name))).toEqual([]);
  });

  it("has a comment on every export and on every member", () => {
    expect(entries.filter(({ symbol }) => textOf(symbol).trim() === "").map(({ name }) => name)).toEqual([]);
  });

  it("has an example for every function and method", () => {
    // A loss's forward is its call; inspect is for Node.
    const exempt = [
      "nn.Loss.forward",
      'Tensor.[Symbol.for("nodejs.util.inspect.custom")]',
      'nn.Module.[Symbol.for("nodejs.util.inspect.custom")]',
    ];
    const wanting = entries.filter(
      ({ name, kind, symbol }) =>
        (kind === "function" || kind === "method") &&
        !exempt.includes(name) &&
        !tagsOf(symbol).includes("example"),
    );
    expect(wanting.map(({ name }) => name)).toEqual([]);
  });

  it("says for every function that takes data or options what it throws", () => {
    const wanting = entries.filter(({ kind, symbol }) => {
      const declaration = symbol.valueDeclaration;
      if (kind !== "function" || !declaration || !ts.isFunctionDeclaration(declaration)) return false;
      return declaration.parameters.length > 0 && !tagsOf(symbol).includes("throws");
    });
    expect(wanting.map(({ name }) => name)).toEqual([]);
  });

  it("states for every loss its formula, gradient, shapes, source and an example", () => {
    for (const { name, symbol } of entries.filter((entry) => /^(F|arrays)\.[a-z]\w*Loss$/.test(entry.name))) {
      const text = textOf(symbol);
      expect([name, text.includes("Gradient: "), /[Ss]hapes/.test(text), text.includes("dtype")]).toEqual([
        name,
        true,
        true,
        true,
      ]);
      expect(tagsOf(symbol)).toEqual(expect.arrayContaining(["throws", "see", "example"]));
    }
  });
});

describe("the API reference", () => {
  const { entryPoints } = JSON.parse(readFileSync("typedoc.json", "utf8")) as { entryPoints: string[] };
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    exports: Record<string, string | { types: string }>;
  };
  const modules = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [{ name: `lossgrad${path.slice(1)}`, types: target.types }],
  );

  it.each(modules)("calls $name by the name of its import", ({ name, types }) => {
    const source = types.replace("./dist/", "src/").replace(".d.ts", ".ts");
    expect(entryPoints).toContain(source);
    const [, named] = / \* @module (\S+)\n/.exec(readFileSync(source, "utf8")) ?? [];
    expect(named).toBe(name);
  });
});
