/**
 * The documents' programs run and type-check, the README's tables hold, links and commands exist.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as lossgrad from "lossgrad";
import * as arrays from "lossgrad/arrays";
import * as comparing from "lossgrad/compare";
import * as metrics from "lossgrad/metrics";
import { F, onWarning, tensor, zeros } from "lossgrad";
import type { DType, Tensor } from "lossgrad";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DTYPES } from "../../src/ndarray/dtype.js";
import { formulaLosses } from "../../src/loss/formulas.js";
import { rowLosses } from "../../src/loss/row-losses.js";
import { rowwiseLosses } from "../../src/loss/rowwise.js";
import { losses } from "../../src/loss/losses.js";
import type { LossName, LossRow } from "../../src/loss/losses.js";
import { ALL_LOSSES, type AnyLoss, callOf, FORMULAS, formulaOf } from "../support/losses.js";
import { runSnippet, snippetsOf, typeErrors } from "../support/snippets.js";

const readme = readFileSync("README.md", "utf8");
/** What users read: its prose keeps to 100 columns, and its programs run. */
const PAGES = [
  "README.md",
  "docs/README.md",
  "docs/accumulate.md",
  "docs/bundlers.md",
  "docs/command-line.md",
  "docs/compare.md",
  "docs/differences.md",
  "docs/engines.md",
  "docs/exactness.md",
  "docs/examples.md",
  "docs/memory.md",
  "docs/metrics.md",
  "docs/saving.md",
  "docs/speed.md",
  "docs/threads.md",
];
const DOCUMENTS = [
  ...PAGES,
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "FEATURES.md",
  "SECURITY.md",
  "docs/architecture.md",
  "docs/TORCH_CASES.md",
];
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

beforeAll(() => void onWarning(() => undefined));
afterAll(() => void onWarning(null));

/**
 * The names of the modules that a program imports from; both have some, of tensors and of arrays.
 */
function importedBy(code: string): Record<string, unknown> {
  if (code.includes('from "lossgrad/compare"')) return { ...lossgrad, ...comparing };
  if (code.includes('from "lossgrad/metrics"')) return { ...lossgrad, ...arrays, ...metrics };
  return code.includes('from "lossgrad/arrays"') ? { ...lossgrad, ...arrays } : lossgrad;
}

/** The rows of the table whose header begins with `first`, as cells. */
function table(first: string): string[][] {
  const lines = readme.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${first} |`));
  expect(start).toBeGreaterThan(-1);
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith("|")) break;
    rows.push(
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
  }
  return rows;
}

describe("the pages' programs", () => {
  const snippets = PAGES.flatMap((page) => snippetsOf(page, readFileSync(page, "utf8")));
  const ofReadme = snippets.filter(({ place }) => place.startsWith("README.md:"));

  it.each(snippets.map((snippet) => [snippet.place, snippet] as const))(
    "%s prints what its comments say",
    (_, snippet) => {
      const { differences, compared } = runSnippet(snippet, importedBy(snippet.code));
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(0);
    },
  );

  it("are at least three in the README, each with its own imports, and pass the type check", () => {
    expect(ofReadme.length).toBeGreaterThanOrEqual(3);
    expect(
      snippets.filter(({ code }) => !/from "lossgrad(\/arrays|\/metrics|\/compare)?"/.test(code)),
    ).toEqual([]);
    expect(typeErrors(snippets, "")).toEqual([]);
  }, 60_000);
});

describe("the README's first screen", () => {
  it("says what it is, shows one picture, how to install, and at most 15 lines of code", () => {
    const [before, code] = readme.split("```ts\n");
    expect(before).toMatch(/^# lossgrad\n\nThe losses of PyTorch and their gradients/);
    expect(before.match(/^!\[.*\]\(.*\.svg\)$/gm)).toHaveLength(1);
    expect(before).toContain("npm install lossgrad\n");
    expect(code.slice(0, code.indexOf("```")).trimEnd().split("\n").length).toBeLessThanOrEqual(15);
    expect(before.split("\n").length).toBeLessThan(45);
  });
});

describe("the README's tables", () => {
  it("list the losses of the tables in src/loss/losses.ts and formulas.ts, with their formulas and options", () => {
    const prepared = (Object.entries(losses) as [LossName, LossRow][]).map(([name, row]) => {
      const [value, slope] = row.formula.split("; slope ");
      const parameter = row.parameter ? [`\`${row.parameter.name}\` = ${row.parameter.default}`] : [];
      return [
        `\`F.${name}\``,
        `\`nn.${row.module}\``,
        value,
        slope,
        [...parameter, ...weightOf(name)].join(", "),
      ];
    });
    const formulas = FORMULAS.map((name) => {
      const { module, formula, parameters, weightedMean, optional = [] } = formulaOf(name);
      const options = Object.entries(parameters).map(
        ([word, { default: value }]) => `\`${word}\` = ${value}`,
      );
      if (weightedMean) options.push("`weight`");
      options.push(...optional.filter((word) => !(word in parameters)).map((word) => `\`${word}\``));
      return [`\`F.${name}\``, `\`nn.${module}\``, ...formula.split("; slope "), options.join(", ")];
    });
    const rowwise = Object.values({ ...rowwiseLosses, ...rowLosses }).map(
      ({ name, module, formula, options }) => {
        return [`\`F.${name}\``, `\`nn.${module}\``, ...formula.split("; slope "), options];
      },
    );
    expect(table("function")).toEqual([...prepared, ...formulas, ...rowwise]);
  });

  const rows = table("dtypes");
  const dtypesOf = (cell: string): DType[] =>
    [...cell.matchAll(/`(\w+)`/g)].map((match) => match[1] as DType);

  it("list every dtype once", () => {
    expect(rows.flatMap(([cell]) => dtypesOf(cell)).sort()).toEqual([...DTYPES].sort());
  });

  it("say truly which losses and gradients each dtype has", () => {
    for (const [cell, lossCell, gradientCell] of rows) {
      for (const dtype of dtypesOf(cell)) {
        const names = ALL_LOSSES.filter((name) => works(name, dtype));
        const named = (name: AnyLoss): boolean =>
          new RegExp(
            `(?<!input.*)\\b${{ ...losses, ...formulaLosses }[name].module.replace("Loss", "")}\\b`,
          ).test(lossCell);
        const stated = lossCell === "all" ? ALL_LOSSES : ALL_LOSSES.filter(named);
        expect([dtype, names]).toEqual([dtype, stated]);
        const gradients = attempt(() => zeros([2], { dtype, requiresGrad: true }));
        expect([dtype, gradients]).toEqual([dtype, gradientCell !== "none"]);
      }
    }
  });
});

describe("the table of speeds in docs/speed.md", () => {
  const speed = readFileSync("docs/speed.md", "utf8");

  /**
   * A line of a table of RESULTS.md as medians by the table's columns, in the part under `heading`.
   */
  function recorded(heading: string, name: string): Map<string, string> {
    const [, part] = readFileSync("bench/RESULTS.md", "utf8").split(`\n### ${heading}\n`);
    const lines = part.slice(part.indexOf("| time over that of lossgrad, tensors")).split("\n");
    const cellsOf = (line: string): string[] => line.split("|").map((cell) => cell.trim().split(" (")[0]);
    const line = lines.find((text) => text.startsWith(`| ${name} `))!;
    return new Map(cellsOf(lines[0]).map((size, i) => [size, cellsOf(line)[i]]));
  }

  const header = speed.split("\n").find((line) => line.startsWith("| | 1 Ki"))!;
  const sizes = [...header.matchAll(/\d+ [KM]i/g)].map(([size]) => size);

  it.each([
    ["loss, against a well-written JavaScript loop", "the loss", "JS loop"],
    ["loss, against PyTorch 2.14 on one thread", "the loss", "PyTorch"],
    ["loss and gradient, against the loop", "the loss and its gradient", "JS loop"],
    ["loss and gradient, against PyTorch", "the loss and its gradient", "PyTorch"],
  ])("has what bench/RESULTS.md recorded: %s", (row, heading, name) => {
    const line = speed.split("\n").find((text) => text.startsWith(`| ${row} |`))!;
    const medians = recorded(heading, name);
    expect(sizes).toHaveLength(5);
    expect([...line.matchAll(/([\d.]+) ×/g)].map(([, ratio]) => ratio)).toEqual(
      sizes.map((size) => medians.get(size)),
    );
  });
});

describe("the README's remark on bools", () => {
  it("names the losses that take them as the target of a floating input", () => {
    const [, cell] = table("dtypes").find(([dtypes]) => dtypes === "`bool`")!;
    const [x, y] = [zeros([2]), tensor([true, false])];
    for (const name of ALL_LOSSES) {
      const { module } = { ...losses, ...formulaLosses }[name];
      const stated = new RegExp(`floating input.*\\b${module.replace("Loss", "")}\\b`).test(cell);
      expect([name, attempt(() => callOf(name)(x, y))]).toEqual([name, stated]);
    }
  });
});

function weightOf(name: LossName): string[] {
  const weighted = F[name] as (x: Tensor, y: Tensor, options: object) => Tensor;
  return attempt(() => weighted(zeros([1]), zeros([1]), { weight: zeros([1]) })) ? ["`weight`"] : [];
}

function works(name: AnyLoss, dtype: DType): boolean {
  const [x, y] = [tensor([1, 2], { dtype }), tensor([2, 1], { dtype })];
  return attempt(() => callOf(name)(x, y, { reduction: "none" }));
}

function attempt(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

describe("the documents", () => {
  it.each(DOCUMENTS)("%s links to files that exist", (file) => {
    const text = readFileSync(file, "utf8");
    const folder = file.includes("/") ? `${file.slice(0, file.lastIndexOf("/"))}/` : "";
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map((match) => folder + match[1]);
    // docs/api is written by `npm run docs`.
    expect(links.filter((link) => link !== "docs/api" && !existsSync(link))).toEqual([]);
  });

  it("name commands that exist", () => {
    const text = DOCUMENTS.map((file) => readFileSync(file, "utf8")).join("\n");
    const commands = [...text.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1]);
    expect(commands.filter((command) => !(command in scripts))).toEqual([]);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "test"]));
  });

  it("name examples that exist", () => {
    const { stderr } = spawnSync(process.execPath, ["scripts/example.mjs"], { encoding: "utf8" });
    const known = /expected one of (.*), got nothing/.exec(stderr)![1].split(", ");
    const text = PAGES.map((file) => readFileSync(file, "utf8")).join("\n");
    const named = [...text.matchAll(/npm run example -- ([\w-]+)/g)].map((match) => match[1]);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("are all linked from docs/README.md, which the README links", () => {
    const index = readFileSync("docs/README.md", "utf8");
    const pages = readdirSync("docs").filter((file) => file.endsWith(".md") && file !== "README.md");
    expect(pages.filter((file) => !index.includes(`](${file})`))).toEqual([]);
    expect(readme).toContain("](docs/README.md)");
  });

  it("link to sections that exist", () => {
    const anchorsOf = (file: string): string[] =>
      [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading
          .toLowerCase()
          .replace(/[^\w\s-]/g, "")
          .replaceAll(" ", "-"),
      );
    const links = PAGES.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)].map(
        ([, path, anchor]) => {
          const folder = file.includes("/") ? "docs/" : "";
          return { file, target: path === "" ? file : folder + path, anchor };
        },
      ),
    );
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter(({ target, anchor }) => !anchorsOf(target).includes(anchor))).toEqual([]);
  });

  it.each(PAGES)("%s keeps its prose to 100 columns", (file) => {
    const prose = readFileSync(file, "utf8").replace(/^```[^]*?^```$/gm, "");
    const long = prose.split("\n").filter((line) => Array.from(line).length > 100 && !line.startsWith("|"));
    expect(long).toEqual([]);
  });
});
