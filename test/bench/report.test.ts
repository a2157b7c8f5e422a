/** From samples to ratios, verdicts, tables and figures: on a run that never took place. */
import { describe, expect, test } from "vitest";
import type { Entry, Pass } from "../../bench/contest.js";
import { contestsWith } from "../../bench/contests.js";
import { drawFigures, spaced } from "../../bench/figures.js";
import { digits, formatSize, quartiles, table } from "../../bench/format.js";
import { formatGoals } from "../../bench/goals.js";
import { describeMachine } from "../../bench/machine.js";
import { formatAbsences, formatContests, formatIntroduction, formatRivals } from "../../bench/report.js";
import { ratios, type Run, withoutCode } from "../../bench/results.js";

const contests = contestsWith({ single: [], threaded: [] }).map(withoutCode);
const absences = [{ name: "numpy-ts", reason: "it asks for Node >=22" }];

function runOf(entries: Entry[]): Run {
  return { machine: describeMachine(), absences, contests, entries };
}

function entry(contest: string, pass: Pass, elements: number, rival: string, ...seconds: number[]): Entry {
  return { contest, pass, elements, rival, seconds, error: 0, wrongGradients: 0 };
}

/** Every rival of this process in every cell, each slower than the one before it. */
const full = runOf(
  contests.flatMap(({ id, passes, sizes, rivals }) =>
    passes.flatMap((pass) =>
      sizes.flatMap((n) =>
        rivals.map(({ name }, i) => entry(id, pass, n, name, (i + 1) * n * 1e-9, (i + 2) * n * 1e-9)),
      ),
    ),
  ),
);

describe("ratios", () => {
  const run = runOf([
    entry("l1", "value", 64, "slow", 6, 8, 30),
    entry("l1", "value", 64, "fast", 2, 4, 3),
    entry("l1", "value", 64, "late", 5, 5),
    entry("l1", "gradient", 64, "slow", 1),
  ]);
  const cell = { contest: "l1", pass: "value", elements: 64 } as const;

  test("are taken round by round", () => expect(ratios(run, cell, "slow", "fast")).toEqual([3, 2, 10]));
  test("end with the fewer rounds", () => expect(ratios(run, cell, "slow", "late")).toEqual([6 / 5, 8 / 5]));
  test("are none where one did not run", () => {
    expect(ratios(run, { ...cell, pass: "gradient" }, "slow", "fast")).toEqual([]);
  });
});

test("quartiles are samples", () => {
  expect(quartiles([5])).toEqual([5, 5, 5]);
  expect(quartiles([9, 1, 7, 3, 5])).toEqual([3, 5, 7]);
});

test.each([
  [0.01234, "0.012"],
  [0.5, "0.50"],
  [9.96, "10.0"],
  [12.6, "13"],
  [1234567, "1234567"],
])("%d is written %s", (value, text) => expect(digits(value)).toBe(text));

test.each([
  [32, "32"],
  [1024, "1 Ki"],
  [2 ** 20, "1 Mi"],
])("%d elements are %s", (n, text) => expect(formatSize(n)).toBe(text));

test("a table is Markdown, names to the left, numbers to the right", () => {
  expect(table(["who", "µs"], 1, [["loop", "12"]]).split("\n")).toEqual([
    "| who  |   µs |",
    "| :--- | ---: |",
    "| loop |   12 |",
  ]);
});

describe("promises", () => {
  const rows = (entries: Entry[]) => formatGoals(runOf(entries)).split("\n").slice(2);
  const loop = (n: number, seconds: number) => [
    entry("l1", "value", n, "lossgrad, arrays in place", 1),
    entry("l1", "value", n, "JS loop", seconds),
  ];

  test("the worst size within the range decides, others do not count", () => {
    const [inCache, anywhere] = rows([
      ...loop(512, 2),
      ...loop(1024, 9),
      ...loop(65536, 5.5),
      ...loop(2 ** 22, 3),
    ]);
    expect(inCache).toMatch(/1 Ki … 256 Ki .* ≥ 5 × .* 5\.50 × at 64 Ki .* met/);
    expect(anywhere).toMatch(/32 … 16 Mi .* ≥ 1 × .* 2\.00 × at 512 .* met/);
  });

  test("below the goal is missed", () =>
    expect(rows(loop(1024, 4.9))[0]).toMatch(/4\.90 × at 1 Ki .* missed/));

  test("a time has a limit", () => {
    const [row] = rows([entry("small", "value", 64, "new nn.L1Loss()", 0.71e-6)]);
    expect(row).toMatch(/≤ 0\.7 µs .* 0\.71 µs .* missed/);
  });

  test("without figures there is no verdict", () => expect(rows([])).toEqual([]));
});

describe("the report", () => {
  test("has a table of times and one of ratios for each pass of each contest", () => {
    const tables = contests.reduce(
      (sum, { passes, rivals }) => sum + passes.length * (rivals.length > 1 ? 2 : 1),
      0,
    );
    expect(formatContests(full).match(/^\| :---/gm)).toHaveLength(tables);
  });

  test("leaves a cell empty where a rival was missing", () => {
    const missing = ({ rival, elements }: Entry) => rival === "JS loop" && elements === 32;
    const run = runOf(full.entries.filter((entry) => !missing(entry)));
    expect(formatContests(run)).toMatch(/^\| JS loop +\| +\| [^|]*\d/m);
  });

  test("tells each rival's largest error", () => {
    const wrong = (error: number, wrongGradients: number) => ({
      ...entry("l1", "value", 64, "JS loop", 1),
      error,
      wrongGradients,
    });
    expect(formatRivals(runOf([wrong(1e-8, 0), wrong(0.02, 3), wrong(0, 1)]))).toMatch(
      /JS loop .* 2e−2 \| +3 \|/,
    );
  });

  test("names who was left out, and why", () => {
    expect(formatAbsences(full)).toContain("**numpy-ts**. The reason: it asks for Node >=22.");
  });

  test("shows each figure, by a relative path", () => {
    const names = [...drawFigures(full).keys()];
    expect(names.length).toBeGreaterThan(3);
    const shown = formatIntroduction(full, names).matchAll(/!\[[^\]]+\]\(figures\/(.*)\.svg\)/g);
    expect(Array.from(shown, ([, name]) => name)).toEqual(names);
  });
});

test.each<[string, number[], number[]]>([
  ["far enough apart stay", [1, 3, 9], [1, 3, 9]],
  ["too close share the way", [5, 5, 20], [4, 6, 20]],
  ["pushed into the next take it along", [0, 1, 1.5, 30], [-7 / 6, 5 / 6, 17 / 6, 30]],
  ["none are none", [], []],
])("names that are %s", (_, wanted, places) => {
  const found = spaced(wanted, 2);
  expect(found).toHaveLength(places.length);
  found.forEach((place, i) => expect(place).toBeCloseTo(places[i], 12));
});

describe("the figures", () => {
  const figures = [...drawFigures(full)];

  test.each(figures)("%s is a drawing without gaps", (_, svg) => {
    expect(svg).toMatch(/^<svg /);
    expect(svg).toMatch(/ d="M|<rect /);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("lines carry the names of all that were timed", () => {
    const [l1] = contests;
    for (const name of ["time-value", "time-gradient", "error"]) {
      const svg = new Map(figures).get(name)!;
      for (const rival of l1.rivals) expect(svg).toContain(`>${rival.name}</text>`);
    }
  });
});
