/** The commands of docs/cluster.md, run as they stand there by the built command. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { Random } from "../../test/support/random.js";
import { temporary } from "../../test/support/temporary.js";
import { npyOf } from "./support/npy.js";

interface Job {
  spec: {
    completionMode: string;
    completions: number;
    template: { spec: { containers: { command: string[]; args: string[] }[] } };
  };
}

const page = readFileSync(new URL("../../docs/cluster.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```(\w+)\n([^]*?)```/g)].map(([, language, text]) => ({ language, text }));
const scripts = blocks.filter(({ language }) => language === "sh").map(({ text }) => text);

describe("docs/cluster.md", () => {
  const { file, folder } = temporary("lossgrad-cluster-");
  let whole = "";

  beforeAll(() => {
    const random = new Random(3);
    const numbers = (): Float32Array => Float32Array.from({ length: 1001 }, () => random.normal());
    file("p.npy", npyOf(numbers()));
    file("t.npy", npyOf(numbers()));
    mkdirSync(`${folder()}/states`);
    const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
    chmodSync(file("lossgrad", `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`), 0o755);
    whole = told(run(scripts[0]));
  });

  function run(script: string, env: object = {}): string {
    const path = `${folder()}${delimiter}${process.env.PATH}`;
    const options = { cwd: folder(), encoding: "utf8", env: { ...process.env, ...env, PATH: path } } as const;
    return execFileSync("sh", ["-e", "-c", script], options);
  }

  /** What a report says but which files they are and how long it took. */
  function told(report: string): string {
    const lines = report.trimEnd().split("\n");
    return lines
      .slice(
        lines.findIndex((line) => line.endsWith("shape [1001]")),
        -1,
      )
      .join("\n");
  }

  test("has a script for each way", () => {
    expect([scripts.length, whole.split("\n")[0]]).toEqual([6, "1,001 pairs, shape [1001]"]);
  });

  test("threads", () => {
    expect(told(run(scripts[1]))).toBe(whole);
  });

  test("shards by hand", () => {
    expect(told(run(scripts[2]).split("PARTIAL").at(-1)!)).toContain(whole);
  });

  test("pods of Kubernetes", () => {
    const { spec } = parse(blocks.find(({ language }) => language === "yaml")!.text) as Job;
    const [{ command, args }] = spec.template.spec.containers;
    expect([spec.completionMode, command]).toEqual(["Indexed", ["sh", "-c"]]);
    for (let i = 0; i < spec.completions; i++) run(args[0], { JOB_COMPLETION_INDEX: String(i) });
    expect(told(run(scripts[3]))).toBe(whole);
  });

  test("tasks of Slurm", () => {
    run("rm states/*.json");
    const [, first, last] = /#SBATCH --array=(\d+)-(\d+)/.exec(scripts[4])!.map(Number);
    for (let i = first; i <= last; i++) run(scripts[4], { SLURM_ARRAY_TASK_ID: String(i) });
    const wrapped = /--wrap "(.*)"/.exec(page)![1];
    expect(told(run(wrapped))).toBe(whole);
  });

  test("a query for ClickHouse", () => {
    run(scripts[5]);
    expect(readFileSync(`${folder()}/query.sql`, "utf8")).toContain("FROM `forecasts` AS source");
  });
});
