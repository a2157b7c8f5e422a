/**
 * What an editor shows of the published types (dist/*.d.ts): text for each public name, member and
 * option, and in completion no names but the public ones.
 */
import { resolve } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { LOSSES } from "../support/losses.js";
import { type Entry, entries } from "../support/public-interface.js";

const PROGRAM = resolve("hover.ts");
const HEAD = `import * as lossgrad from "./dist/slim/index.js";
import * as arrays from "./dist/slim/arrays.js";
import * as metrics from "./dist/slim/metrics.js";
import * as compare from "./dist/compare/index.js";
import * as matchers from "./dist/compare/matchers.js";
const { F, nn, autograd, tensor } = lossgrad;
`;

/** The program that the editor shows at present. */
let shown = HEAD;
let version = 0;
const options: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  lib: ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
  types: [],
};
const textOf = (file: string): string | undefined => (file === PROGRAM ? shown : ts.sys.readFile(file));
const editor = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => [PROGRAM],
  getScriptVersion: (file) => (file === PROGRAM ? String(version) : "0"),
  getScriptSnapshot: (file) => {
    const text = textOf(file);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => process.cwd(),
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (file) => file === PROGRAM || ts.sys.fileExists(file),
  readFile: textOf,
  directoryExists: (folder) => ts.sys.directoryExists(folder),
  getDirectories: (folder) => ts.sys.getDirectories(folder),
});

/** Shows a program; a cross marks the places that are asked for, and is left out. */
function show(marked: string): number[] {
  const [first, ...rest] = (HEAD + marked).split("×");
  shown = first;
  version++;
  const places: number[] = [];
  for (const part of rest) {
    places.push(shown.length);
    shown += part;
  }
  return places;
}

/** Those of the programs, each with one mark, over whose mark no text is shown. */
function silent(programs: readonly string[]): string[] {
  const places = show(programs.map((program) => `${program};\n`).join(""));
  return programs.filter((_, i) => {
    const { documentation } = editor.getQuickInfoAtPosition(PROGRAM, places[i]) ?? {};
    return ts.displayPartsToString(documentation).trim() === "";
  });
}

/** The names that completion offers at the mark. */
function completions(program: string): string[] {
  const [place] = show(program);
  return (editor.getCompletionsAtPosition(PROGRAM, place, {})?.entries ?? []).map(({ name }) => name);
}

const pathOf = ({ name }: Entry): string =>
  /^(arrays|metrics|compare|matchers)\./.test(name) ? name : `lossgrad.${name}`;
const marked = (path: string): string => path.replace(/\.(\w+)$/, ".×$1");

/** A type with as many arguments as it takes. */
function typeOf(entry: Entry): string {
  const declared = entry.symbol.declarations?.[0] as ts.InterfaceDeclaration | undefined;
  const count = declared?.typeParameters?.length ?? 0;
  return count === 0 ? pathOf(entry) : `${pathOf(entry)}<${Array<string>(count).fill("any").join(", ")}>`;
}

/** The members of the public types, each as an expression that names it. */
function members(): string[] {
  const owners = new Map(entries.map((entry) => [entry.name, entry]));
  return entries
    .filter(({ name, kind }) => (kind === "method" || kind === "property") && !name.endsWith("]"))
    .map(({ name }) => {
      const dot = name.lastIndexOf(".");
      const { kind } = owners.get(name.slice(0, dot))!;
      const member = name.slice(dot + 1);
      const type = typeOf(owners.get(name.slice(0, dot))!);
      return member === "name" && kind === "class"
        ? `${type}.×name`
        : `(undefined as unknown as ${type})!.×${member}`;
    });
}

/**
 * The properties of a parameter's type that are options: declared by the package, in an object
 * type.
 */
function optionsOf(parameter: ts.Symbol, checker: ts.TypeChecker): ts.Symbol[] {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
  if (!/^(options|bounds)$/.test(parameter.name) || !(type.flags & ts.TypeFlags.StructuredType)) return [];
  return checker.getPropertiesOfType(type);
}

describe("an editor", () => {
  beforeAll(() => void show(""));

  it("finds the published types, which compile", () => {
    expect(editor.getSemanticDiagnostics(PROGRAM)).toEqual([]);
  });

  it("shows text over every function, class and type", () => {
    const values = entries.filter(({ kind }) => kind === "function" || kind === "class");
    const types = entries.filter(({ kind }) => kind === "type" || kind === "class");
    expect(values.length).toBeGreaterThan(30);
    expect(silent(values.map((entry) => marked(pathOf(entry))))).toEqual([]);
    const named = types.map((entry, i) => `type T${i} = ${marked(typeOf(entry).replace(/<.*/, ""))}`);
    expect(silent(named)).toEqual([]);
  });

  it("shows text over every member", () => {
    expect(silent(members())).toEqual([]);
  });

  it("shows text for a call's parameters: valueAndGrad's and its options'", () => {
    for (const name of LOSSES) {
      const [place] = show(`arrays.${name}.valueAndGrad(×`);
      const help = editor.getSignatureHelpItems(PROGRAM, place, undefined)!;
      expect(ts.displayPartsToString(help.items[0].documentation)).toContain(
        "its gradient by the prediction",
      );
    }
  });

  it("shows text over every option of a function or constructor", () => {
    show("");
    const program = editor.getProgram()!;
    const checker = program.getTypeChecker();
    const found: string[] = [];
    const wanting: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && !ts.isTypeNode(node)) {
        for (const { symbol } of node.parameters as unknown as { symbol: ts.Symbol }[]) {
          for (const option of optionsOf(symbol, checker)) {
            const text = ts.displayPartsToString(option.getDocumentationComment(checker)).trim();
            (text === "" ? wanting : found).push(`${node.name?.getText() ?? "new"}: ${option.name}`);
          }
        }
      }
      ts.forEachChild(node, visit);
    };
    for (const source of program.getSourceFiles()) {
      if (/\/dist\/(compare|metrics|typed|nn|tensor|core\/threads)\/[^/]*$/.test(source.fileName))
        visit(source);
    }
    expect(wanting).toEqual([]);
    expect(found).toEqual(expect.arrayContaining(["huberLoss: delta", "new: delta", "new: beta"]));
  });

  it("shows text over options that are written", () => {
    const programs = [
      "new nn.HuberLoss({ ×delta: 1 })",
      "new nn.SmoothL1Loss({ ×beta: 1 })",
      "F.huberLoss(tensor(1), tensor(2), { ×delta: 1 })",
      "arrays.huberLoss(new Float32Array(1), 1, { ×delta: 1 })",
      "autograd.grad(tensor(1), tensor(1), { ×allowUnused: true })",
    ];
    expect(silent(programs)).toEqual([]);
  });

  it.each([
    ["Tensor", "tensor(1).×"],
    ["nn.Loss", "new nn.HuberLoss().×"],
  ])("offers the public members of %s, and no others", (owner, program) => {
    // A loss has what modules have as well.
    const owners = owner === "nn.Loss" ? ["nn.Loss.", "nn.Module.", "nn.HuberLoss."] : [`${owner}.`];
    const own = entries
      .filter(({ name }) => owners.some((start) => name.startsWith(start)))
      .map(({ name }) => name.slice(name.lastIndexOf(".") + 1));
    // `Symbol` is what an editor offers for members that are named by symbols; a loss is a function.
    const ofAll = [
      "Symbol",
      ...(owner === "Tensor" ? [] : ["prototype", ...Object.getOwnPropertyNames(Function.prototype)]),
    ];
    const offered = completions(program);
    expect(offered.filter((name) => !own.includes(name) && !ofAll.includes(name))).toEqual([]);
    expect(own.filter((name) => /^\w+$/.test(name) && name !== "name" && !offered.includes(name))).toEqual(
      [],
    );
  });

  it("offers the exports of a module, and no others", () => {
    const names = entries.filter(({ name }) => /^\w+$/.test(name)).map(({ name }) => name);
    const values = completions("lossgrad.×");
    expect(
      values.filter((name) => !["F", "nn", "autograd", "optim", "safetensors", ...names].includes(name)),
    ).toEqual([]);
  });
});
