/**
 * TypeScript's compiler, which parses each file once for all the programs of a process: the
 * library, Node's types, TypeScript's own.
 */
import ts from "typescript";

const parsed = new Map<string, ts.SourceFile | undefined>();

/** What a file is parsed for: another target or another kind of module is another tree. */
function keyOf(name: string, version: ts.ScriptTarget | ts.CreateSourceFileOptions): string {
  if (typeof version !== "object") return `${name} ${version}`;
  const { languageVersion, impliedNodeFormat, jsDocParsingMode } = version;
  return [name, languageVersion, impliedNodeFormat, jsDocParsingMode].join(" ");
}

/** The compiler's options by a configuration of this project's. */
export function optionsOf(configuration: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(configuration, (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, process.cwd()).options;
}

/** A program of files that lie on the disk, but for those whose text is given. */
export function programOf(
  roots: readonly string[],
  options: ts.CompilerOptions,
  texts: ReadonlyMap<string, string> = new Map(),
): ts.Program {
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version, ...rest) => {
    const text = texts.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, version);
    const key = keyOf(name, version);
    if (!parsed.has(key)) parsed.set(key, getSourceFile(name, version, ...rest));
    return parsed.get(key);
  };
  host.fileExists = (name) => texts.has(name) || ts.sys.fileExists(name);
  host.readFile = (name) => texts.get(name) ?? ts.sys.readFile(name);
  return ts.createProgram(roots, options, host);
}
