/**
 * Programs in docs, run and checked: the comment behind an expression statement is the value it
 * must have, or, behind console.log, the text it must print.
 *
 *     tensor([1, 2]).sum().item(); // 3
 */
import { format, inspect } from "node:util";
import { compileFunction } from "node:vm";
import ts from "typescript";
import { optionsOf, programOf } from "./compiler.js";

interface Snippet {
  /** Where it stands, as file:line. */
  readonly place: string;
  readonly code: string;
}

/** The ```ts blocks of a text, and the @example blocks of comments in it. */
export function snippetsOf(file: string, text: string): Snippet[] {
  const lineOf = (index: number): number => text.slice(0, index).split("\n").length;
  const fences = [...text.matchAll(/^([ *]*)```ts\n([\s\S]*?)^[ *]*```$/gm)].map((match) => ({
    place: `${file}:${lineOf(match.index) + 1}`,
    code: unquoted(match[2], match[1]),
  }));
  const comments = [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) =>
    [...comment[0].matchAll(/^( *\* )@example\n([\s\S]*?)(?=^ *\* @|^ *\*\/|$(?![\s\S]))/gm)].map(
      (match) => ({
        place: `${file}:${lineOf(comment.index + match.index) + 1}`,
        code: unquoted(match[2], match[1]),
      }),
    ),
  );
  return [...fences, ...comments];
}

/** Lines without the margin of the comment that they stand in. */
function unquoted(block: string, margin: string): string {
  const bare = margin.trimEnd();
  return block
    .split("\n")
    .map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line.replace(bare, "")))
    .join("\n");
}

interface Outcome {
  /** What differs from its comment, in words. */
  readonly differences: string[];
  /** How many comments were compared. */
  readonly compared: number;
}

/**
 * Runs a snippet with `scope`'s names at hand; imports from the library are taken as part of the
 * scope.
 */
export function runSnippet({ code, place }: Snippet, scope: Record<string, unknown>): Outcome {
  const differences: string[] = [];
  const printed: string[] = [];
  let compared = 0;
  const check = (value: unknown, expected: string): void => {
    compared++;
    const found = printed.length > 0 ? printed.splice(0).join("\n") : show(value);
    const same = found === expected || (typeof value === "number" && value === Number(expected));
    if (!same) differences.push(`${place}: ${found}, expected ${expected}`);
  };
  const names = {
    ...scope,
    console: { log: (...parts: unknown[]) => void printed.push(format(...parts)) },
    $check: check,
  };
  const { outputText } = ts.transpileModule(instrumented(code), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  try {
    // In a block of its own, so that what it declares may hide names of the scope.
    const program = compileFunction(`"use strict";\n{\n${outputText}\n}`, Object.keys(names)) as (
      ...values: unknown[]
    ) => void;
    program(...Object.values(names));
  } catch (error) {
    differences.push(`${place}: ${String(error)}`);
  }
  return { differences, compared };
}

/**
 * The program without its imports, each expression statement with a comment behind it handed to
 * $check.
 */
function instrumented(code: string): string {
  const source = ts.createSourceFile("snippet.ts", code, ts.ScriptTarget.ES2022, true);
  const edits: { from: number; to: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) edits.push({ from: node.getStart(), to: node.end, text: "" });
    if (ts.isExpressionStatement(node)) {
      const comment = valueOf(code, node.end);
      if (comment !== null) {
        const call = `$check(${node.expression.getText()}, ${JSON.stringify(comment)});`;
        edits.push({ from: node.getStart(), to: node.end, text: call });
        return;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return edits.reduceRight(
    (text, { from, to, text: insert }) => text.slice(0, from) + insert + text.slice(to),
    code,
  );
}

/**
 * The comment behind a statement, with those on lines of their own that continue it (indented as
 * far).
 */
function valueOf(code: string, end: number): string | null {
  const [line, ...following] = code.slice(end).split("\n");
  const match = /^(\s*)\/\/ (.*)$/.exec(line);
  if (!match) return null;
  const column = end - (code.lastIndexOf("\n", end - 1) + 1) + match[1].length;
  const margin = `${" ".repeat(column)}// `;
  const more: string[] = [];
  for (const next of following) {
    if (!next.startsWith(margin)) break;
    more.push(next.slice(margin.length));
  }
  return [match[2], ...more].join("\n").trimEnd();
}

/** A value as the docs write it: strings in JSON, tensors as they print. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const own = (value as { toString?: unknown }).toString !== Object.prototype.toString;
  if (own) return inspect(value, { breakLength: Infinity });
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${show(item)}`)
    .join(", ")} }`;
}

/**
 * What TypeScript's compiler says of programs that import from the library, by the project's own
 * settings.
 */
export function typeErrors(snippets: readonly Snippet[], prelude: string): string[] {
  const texts = new Map(
    snippets.map(({ code }, i) => {
      const head = /from "lossgrad(\/arrays)?"/.test(code) ? "" : prelude;
      return [`${process.cwd()}/snippet-${i}.ts`, `${head}\n${code}\nexport {};`];
    }),
  );
  const options = { ...optionsOf("tsconfig.json"), noUnusedLocals: false, noEmit: true };
  const checked = programOf([...texts.keys()], options, texts);
  return [...texts.keys()].flatMap((name, i) => {
    const source = checked.getSourceFile(name);
    const found = [...checked.getSyntacticDiagnostics(source), ...checked.getSemanticDiagnostics(source)];
    return found.map(
      ({ messageText }) => `${snippets[i].place}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}
