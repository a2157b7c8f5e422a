/** What the package exports, as its types tell. */
import ts from "typescript";
import { optionsOf, programOf } from "./compiler.js";

/** The files of entries, and what stands before their names here. */
const ROOTS = {
  "src/slim/index.ts": "",
  "src/arrays.ts": "arrays.",
  "src/metrics.ts": "metrics.",
  "src/compare/index.ts": "compare.",
  "src/compare/matchers.ts": "matchers.",
};
const program = programOf(Object.keys(ROOTS), { ...optionsOf("tsconfig.build.json"), noEmit: true });
const checker = program.getTypeChecker();

export interface Entry {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly kind: "function" | "class" | "method" | "property" | "type";
}

/**
 * The exports of a module and of the namespaces in it, with the members of classes and interfaces
 * that users see.
 */
function entriesOf(module: ts.Symbol, prefix = ""): Entry[] {
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const name = prefix + exported.name;
    // A function that has functions as properties is a module, too.
    if (symbol.flags & ts.SymbolFlags.Function)
      return [{ name, symbol, kind: "function" } as const, ...propertiesOf(symbol, name)];
    if (symbol.flags & ts.SymbolFlags.Variable && typeOf(symbol).getCallSignatures().length > 0) {
      const methods = checker.getPropertiesOfType(typeOf(symbol));
      return [
        { name, symbol, kind: "function" } as const,
        ...methods.map((method) => ({
          name: `${name}.${method.name}`,
          symbol: method,
          kind: "function" as const,
        })),
      ];
    }
    if (symbol.flags & ts.SymbolFlags.ValueModule) return entriesOf(symbol, `${name}.`);
    const kind = symbol.flags & ts.SymbolFlags.Class ? "class" : "type";
    return [{ name, symbol, kind }, ...membersOf(symbol, name)];
  });
}

function typeOf(symbol: ts.Symbol): ts.Type {
  return checker.getTypeOfSymbol(symbol);
}

/** What a function has as its properties. */
function propertiesOf(symbol: ts.Symbol, owner: string): Entry[] {
  return checker.getExportsOfModule(symbol).map((property) => ({
    name: `${owner}.${property.name}`,
    symbol: property.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(property) : property,
    kind: "function",
  }));
}

/** The members that a class or interface declares itself, those named by symbols included. */
function declaredBy(symbol: ts.Symbol): ts.Symbol[] {
  if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) return [];
  const all = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol));
  return all.filter(({ declarations }) =>
    declarations?.some(({ parent }) => symbol.declarations?.includes(parent as ts.Declaration)),
  );
}

function membersOf(symbol: ts.Symbol, owner: string): Entry[] {
  return declaredBy(symbol).flatMap((member) => {
    const declaration = member.declarations?.[0];
    if (!declaration || member.flags & (ts.SymbolFlags.TypeParameter | ts.SymbolFlags.Constructor)) return [];
    if (isHidden(ts.getCombinedModifierFlags(declaration))) return [];
    const { name } = declaration as { name?: ts.Node };
    if (!name || ts.isPrivateIdentifier(name) || isInternal(member)) return [];
    const kind = member.flags & ts.SymbolFlags.Method ? "method" : "property";
    return [{ name: `${owner}.${nameOf(member, name)}`, symbol: member, kind }];
  });
}

/** Whether a member is not for users, or that of a class above, unless it says what subclasses define. */
function isHidden(flags: ts.ModifierFlags): boolean {
  const has = (flag: ts.ModifierFlags): boolean => (flags & flag) !== 0;
  return has(ts.ModifierFlags.Private) || (has(ts.ModifierFlags.Override) && !has(ts.ModifierFlags.Abstract));
}

/** As it is written; one of the symbols that the language names, however it is come by. */
function nameOf(member: ts.Symbol, written: ts.Node): string {
  const [, known] = /^__@(dispose|iterator)@/.exec(member.name) ?? [];
  return known ? `[Symbol.${known}]` : written.getText();
}

function isInternal(symbol: ts.Symbol): boolean {
  return (
    symbol.getJsDocTags(checker).some(({ name }) => name === "internal") ||
    textOf(symbol).includes("@internal")
  );
}

/** The comment; of an accessor's pair, the one that has it. */
export function textOf(symbol: ts.Symbol): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker));
}

export const tagsOf = (symbol: ts.Symbol): string[] => symbol.getJsDocTags(checker).map(({ name }) => name);

/** All that the entries of the package export. */
export const entries = Object.entries(ROOTS).flatMap(([root, prefix]) => {
  const module = checker.getSymbolAtLocation(program.getSourceFile(root)!)!;
  return entriesOf(module, prefix);
});
