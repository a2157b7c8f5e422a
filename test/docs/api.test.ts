/** Everything that the package exports is documented, and says by example what it does. */
import ts from "typescript";
import { describe, expect, it } from "vitest";

const { config } = ts.readConfigFile("tsconfig.build.json", (path) => ts.sys.readFile(path)) as {
  config: object;
};
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
const ROOTS = ["src/slim/index.ts", "src/arrays.ts"];
const program = ts.createProgram(ROOTS, { ...options, noEmit: true });
const checker = program.getTypeChecker();

interface Entry {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly kind: "function" | "class" | "method" | "property" | "type";
}

/** The exports of a module and of the namespaces in it, with the members of classes and interfaces that users see. */
function entriesOf(module: ts.Symbol, prefix = ""): Entry[] {
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const name = prefix + exported.name;
    // A function that has functions as properties is a module, too.
    if (symbol.flags & ts.SymbolFlags.Function)
      return [{ name, symbol, kind: "function" } as const, ...propertiesOf(symbol, name)];
    if (symbol.flags & ts.SymbolFlags.ValueModule) return entriesOf(symbol, `${name}.`);
    const kind = symbol.flags & ts.SymbolFlags.Class ? "class" : "type";
    return [{ name, symbol, kind }, ...membersOf(symbol, name)];
  });
}

/** What a function has as its properties. */
function propertiesOf(symbol: ts.Symbol, owner: string): Entry[] {
  return [...(symbol.exports?.values() ?? [])].map((property) => ({
    name: `${owner}.${property.name}`,
    symbol: property,
    kind: "function",
  }));
}

function membersOf(symbol: ts.Symbol, owner: string): Entry[] {
  return [...(symbol.members?.values() ?? [])].flatMap((member) => {
    const declaration = member.declarations?.[0];
    if (!declaration || member.flags & (ts.SymbolFlags.TypeParameter | ts.SymbolFlags.Constructor)) return [];
    if (ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Override))
      return [];
    const { name } = declaration as { name?: ts.Node };
    if (!name || isInternal(member)) return [];
    const kind = member.flags & ts.SymbolFlags.Method ? "method" : "property";
    return [{ name: `${owner}.${name.getText()}`, symbol: member, kind }];
  });
}

function isInternal(symbol: ts.Symbol): boolean {
  return (
    symbol.getJsDocTags(checker).some(({ name }) => name === "internal") ||
    textOf(symbol).includes("@internal")
  );
}

/** The comment; of an accessor's pair, the one that has it. */
function textOf(symbol: ts.Symbol): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker));
}

const tagsOf = (symbol: ts.Symbol): string[] => symbol.getJsDocTags(checker).map(({ name }) => name);

const entries = ROOTS.flatMap((root) => {
  const module = checker.getSymbolAtLocation(program.getSourceFile(root)!)!;
  return entriesOf(module, root.includes("arrays") ? "arrays." : "");
});

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
      "nn.Loss.toString",
      'Tensor.[Symbol.for("nodejs.util.inspect.custom")]',
      'nn.Loss.[Symbol.for("nodejs.util.inspect.custom")]',
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
    for (const { name, symbol } of entries.filter((entry) => /^(F|arrays)\.\w+Loss$/.test(entry.name))) {
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
