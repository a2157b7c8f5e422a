/**
 * The workflows on GitHub and the check before a release, as far as they can be looked at from
 * here.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

interface Job {
  readonly needs?: string;
  readonly uses?: string;
  readonly permissions?: Record<string, string>;
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[];
}
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

// TypeDoc's own parser of YAML: one of this project's would serve this test alone.
const { parse } = createRequire(createRequire(import.meta.url).resolve("typedoc"))("yaml") as {
  parse: (text: string) => unknown;
};
const FOLDER = ".github/workflows";
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
const files = readdirSync(FOLDER);
const textOf = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
const read = (file: string): Workflow => parse(textOf(file)) as Workflow;

describe.each(files)("%s", (file) => {
  const { permissions, jobs } = read(file);

  it("may read, and nothing else, but where a job says so", () => {
    expect(permissions).toEqual({ contents: "read" });
  });

  it("uses actions of GitHub's own by their major version, and workflows of this repository", () => {
    const used = Object.values(jobs).flatMap(({ uses, steps = [] }) => [uses, ...steps.map((s) => s.uses)]);
    const named = used.filter((name) => name !== undefined);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !/^actions\/[\w-]+@v\d+$|^\.\/\.github\//.test(name))).toEqual([]);
    const own = named.filter((name) => name.startsWith("./"));
    expect(own.filter((name) => !files.includes(name.slice(`./${FOLDER}/`.length)))).toEqual([]);
  });

  it("has no token and no secret", () => {
    expect(textOf(file)).not.toMatch(/\$\{\{\s*secrets\b|NODE_AUTH_TOKEN|NPM_TOKEN|_authToken/);
  });

  it("runs scripts that exist", () => {
    const commands = Object.values(jobs).flatMap(({ steps = [] }) => steps.map(({ run }) => run ?? ""));
    const paths = commands.flatMap((command) => command.match(/(\.ci|scripts)\/[\w.-]+/g) ?? []);
    const names = commands.flatMap((command) => [...command.matchAll(/npm run ([\w:]+)/g)].map((m) => m[1]));
    expect(paths.length + names.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !statSync(path).isFile())).toEqual([]);
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe("continuous integration", () => {
  it("is .ci/run, which can be executed", () => {
    const steps = read("ci.yml").jobs.ci.steps ?? [];
    expect(steps.at(-1)?.run).toBe(".ci/run");
    expect(statSync(".ci/run").mode & 0o111).not.toBe(0);
  });
});

describe("publishing", () => {
  const { on, jobs } = read("publish.yml");

  it("begins with a release, and waits for continuous integration", () => {
    expect(on).toEqual({ release: { types: ["published"] } });
    expect(jobs.publish.needs).toBe("ci");
    expect(jobs.ci.uses).toBe("./.github/workflows/ci.yml");
  });

  it("alone may prove who it is, and states the provenance", () => {
    expect(jobs.publish.permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(jobs.ci.permissions).toBeUndefined();
    expect(jobs.publish.steps?.at(-1)?.run).toBe("npm publish --provenance --access public");
  });
});

describe("the check before a release", () => {
  const manifest = {
    version: "1.2.3",
    repository: { type: "git", url: "git+https://github.com/owner/name.git" },
    publishConfig: { access: "public", provenance: true },
  };
  const changelog = "# Changes\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-31\n";
  const script = resolve("scripts/check-release.mjs");
  let folder: string;

  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "lossgrad-release-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function check(tag: string, changed: object, changes = changelog): [status: number | null, said: string] {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, ...changed }));
    writeFileSync(join(folder, "CHANGELOG.md"), changes);
    const { status, stderr } = spawnSync(process.execPath, [script, tag], { cwd: folder, encoding: "utf8" });
    return [status, stderr];
  }

  it("passes what is fit", () => {
    expect(check("v1.2.3", {})).toEqual([0, ""]);
  });

  it.each([
    ["another tag", "v1.2.4", {}, changelog, "expected the tag v1.2.3, as package.json has it, got v1.2.4"],
    [
      "no section of the changes",
      "v1.2.3",
      {},
      "## [Unreleased]\n",
      "expected CHANGELOG.md to have a section",
    ],
    ["a section without date", "v1.2.3", {}, "## [1.2.3]\n", "expected CHANGELOG.md to have a section"],
    [
      "no repository",
      "v1.2.3",
      { repository: undefined },
      changelog,
      "expected package.json to have repository.url",
    ],
    ["no provenance", "v1.2.3", { publishConfig: { access: "public" } }, changelog, "expected publishConfig"],
  ])("refuses %s", (_, tag, changed, changes, words) => {
    const [status, said] = check(tag, changed, changes);
    expect(status).toBe(1);
    expect(said).toContain(words);
    expect(said.trim().split("\n")).toHaveLength(1);
  });

  it("will not find package.json without access and provenance", () => {
    const { publishConfig } = JSON.parse(readFileSync("package.json", "utf8")) as typeof manifest;
    expect(publishConfig).toEqual(manifest.publishConfig);
  });
});
