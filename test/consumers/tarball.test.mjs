// What `npm pack` packs: every file is meant, none is missing, and the checkers of packages find no
// fault.
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { publint } from "publint";
import { expect, inject, test } from "vitest";
import { run } from "./support/apps.mjs";

const { tarball, files, size, unpackedSize } = inject("package");
const names = files.map(({ path }) => path);

const BINARIES = ["dist/lossgrad.wasm", "dist/lossgrad.threads.wasm"];
/** Bundled by the build, as one file. */
const WORKER = "dist/worker.js";

/** Entries whose URL is used, not what they export. */
const UNTYPED = ["./lossgrad.wasm", "./lossgrad.threads.wasm", "./worker.js"];

/** What a user runs, what source maps point to, and what explains it. */
const MEANT = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/.+\.(js|d\.ts)(\.map)?$/,
  new RegExp(`^(${BINARIES.join("|")})$`),
  /^src\/.+\.ts$/,
  /^assembly\/.+\.ts$/,
];

test(`every file of the ${files.length} (${size} bytes packed, ${unpackedSize} unpacked) is meant`, () => {
  expect(names.filter((name) => !MEANT.some((pattern) => pattern.test(name)))).toEqual([]);
});

const NEEDED = ["README.md", "LICENSE", "CHANGELOG.md", "assembly/index.ts"];

test.each([...NEEDED, ...BINARIES, WORKER])("%s is packed", (name) => {
  expect(names).toContain(name);
});

test("a module of src/ has its script, its types and their maps in dist/, and none is left of a module that is gone", () => {
  const modules = names.filter((name) => name.startsWith("src/")).map((name) => name.slice(4, -3));
  const built = modules.flatMap((name) =>
    ["js", "d.ts", "js.map", "d.ts.map"].map((end) => `dist/${name}.${end}`),
  );
  const generated = (name) => name.startsWith("dist/core/generated/");
  const inDist = names.filter((name) => name.startsWith("dist/") && !generated(name));
  expect(inDist.toSorted()).toEqual([...built, ...BINARIES, WORKER].toSorted());
});

test("a source map names only files that are packed", () => {
  const installed = join(inject("projects").alone, "node_modules/lossgrad");
  const missing = names
    .filter((name) => name.endsWith(".map"))
    .flatMap((name) => {
      const { sources } = JSON.parse(readFileSync(join(installed, name), "utf8"));
      return sources.map((source) => posix.join(posix.dirname(name), source));
    })
    .filter((source) => !names.includes(source));
  expect(missing).toEqual([]);
});

test("a script that names a source map has it", () => {
  const installed = join(inject("projects").alone, "node_modules/lossgrad");
  const scripts = names.filter((name) => /\.(js|ts)$/.test(name) && name.startsWith("dist/"));
  const missing = scripts.flatMap((name) => {
    const [, map] = /^\/\/# sourceMappingURL=(.*)$/m.exec(readFileSync(join(installed, name), "utf8")) ?? [];
    return map && !names.includes(posix.join(posix.dirname(name), map)) ? [name] : [];
  });
  expect(missing).toEqual([]);
});

test("publint has nothing to say", async () => {
  const bytes = readFileSync(tarball);
  const { messages } = await publint({
    strict: true,
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) },
  });
  expect(messages).toEqual([]);
});

test("are-the-types-wrong finds no fault", () => {
  const attw = join(import.meta.dirname, "node_modules/@arethetypeswrong/cli/dist/index.js");
  // The package has ES modules alone, which Node requires as well from 20.19 on (node.test.mjs
  // does): this profile leaves out what older ones do.
  const args = [
    "--profile",
    "esm-only",
    "--no-definitely-typed",
    "--no-color",
    "--no-emoji",
    "--exclude-entrypoints",
    ...UNTYPED,
  ];
  expect(run(import.meta.dirname, attw, tarball, ...args)).toContain(
    "(ignoring resolutions: 'node10', 'node16-cjs')",
  );
});
