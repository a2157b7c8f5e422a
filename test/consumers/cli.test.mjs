// The packed command line, installed alone, as a stranger would: the library is bundled with it.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { npmCommand } from "../../scripts/packages.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "lossgrad-cli-")));
const project = join(folder, "project");

function npm(cwd, ...args) {
  const [command, all] = npmCommand(
    ...args,
    "--ignore-scripts",
    "--loglevel=error",
    "--no-audit",
    "--no-fund",
  );
  return execFileSync(command, all, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Runs the installed command by its name. */
function lossgrad(...args) {
  const program = join(project, "node_modules/.bin/lossgrad");
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: project, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("lossgrad-cli", () => {
  beforeAll(() => {
    const [packed] = JSON.parse(npm(join(ROOT, "cli"), "pack", "--json", "--pack-destination", folder));
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
    npm(project, "install", "--prefer-offline", join(folder, packed.filename));
    writeFileSync(join(project, "table.csv"), "p,t\n2.5,3\n0,-0.5\n2,2\n8,7\n");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("says its version", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "cli/package.json"), "utf8"));
    expect(lossgrad("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("evaluates a table", () => {
    const { status, stdout } = lossgrad(
      "evaluate",
      "table.csv",
      "--prediction",
      "p",
      "--target",
      "t",
      "--json",
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout).results).toMatchObject({ mae: 0.5, r2: 0.9486081370449678 });
  });

  test("draws a report, and a picture", () => {
    const drawn = ["--report", "report.html", "--plot", "plot.png"];
    const { status, stderr } = lossgrad(
      "evaluate",
      "table.csv",
      "--prediction",
      "p",
      "--target",
      "t",
      ...drawn,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "wrote report.html\nwrote plot.png\n" });
    expect(readFileSync(join(project, "report.html"), "utf8")).toContain("<svg ");
    expect(readFileSync(join(project, "plot.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  test("exits with 2 where the command is wrong, with 1 where the data are", () => {
    expect(lossgrad("evaluate").status).toBe(2);
    expect(lossgrad("evaluate", "table.csv", "nowhere.npy").status).toBe(1);
  });
});
