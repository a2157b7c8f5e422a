/**
 * How many functions of the library a call runs, counted by V8. The library is bundled from its
 * sources, since what a test runner makes of modules has functions of its own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { Session } from "node:inspector";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type * as Library from "lossgrad";

interface Coverage {
  result: {
    url: string;
    functions: { functionName: string; ranges: { count: number; startOffset: number }[] }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), "lossgrad-calls-"));
const file = join(folder, "lossgrad.mjs");
await build({
  stdin: { contents: 'export * from "./src/index.ts";', resolveDir: process.cwd() },
  bundle: true,
  format: "esm",
  target: "es2022",
  // src/ is not the package's, whose manifest says which files have an effect.
  ignoreAnnotations: true,
  outfile: file,
});
const { href: url } = pathToFileURL(file);

/** The library whose calls are counted. */
export const library = (await import(/* @vite-ignore */ url)) as typeof Library;
rmSync(folder, { recursive: true });

const session = new Session();
session.connect();

function post(method: string, parameters: object = {}): unknown {
  let answer: unknown;
  session.post(method, parameters, (error, result) => {
    if (error) throw error;
    answer = result;
  });
  return answer;
}

/**
 * What runs in `call`, each function as often as it is called: names, in the order of the bundle.
 */
export function callsOf(call: () => unknown): string[] {
  post("Profiler.enable");
  post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  try {
    post("Profiler.takePreciseCoverage");
    call();
    const { result } = post("Profiler.takePreciseCoverage") as Coverage;
    const { functions } = result.find((script) => script.url === url) ?? { functions: [] };
    return functions.flatMap(({ functionName, ranges: [{ count }] }) =>
      Array.from({ length: count }, () => functionName || "(anonymous)"),
    );
  } finally {
    post("Profiler.stopPreciseCoverage");
    post("Profiler.disable");
  }
}
