// Packs the library, installs the tarball in an empty project and uses it as a stranger would: import, require, and types.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandOf, npmCommand } from "./packages.mjs";

const IMPORTED = `
import { nn, tensor } from "lossgrad";
const input = tensor([2.5, 0, 2, 7], { requiresGrad: true });
const loss = new nn.L1Loss()(input, tensor([3, -0.5, 2, 8]));
loss.backward();
console.log(loss.item(), String(input.grad));
`;

const ARRAYS = `
import { allocate, l1Loss } from "lossgrad/arrays";
const prediction = allocate("float32", 2);
prediction.set([1, 4]);
const { value, grad } = l1Loss.valueAndGrad(prediction, Float32Array.of(2, 2));
console.log(value, grad.join(" "));
`;

const REQUIRED = `
const { F, tensor } = require("lossgrad");
console.log(F.mseLoss(tensor([1, 2]), tensor([1, 4])).item(), require("lossgrad/package.json").name);
`;

const TYPED = `
import { F, nn, tensor, type Tensor } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";
export const mean: number = l1Loss(new Float32Array(2), new Float64Array(2));
export const { grad }: { grad: Float64Array } = l1Loss.valueAndGrad(new Float64Array(2), 1, { reduction: "sum" });
const lossFn = new nn.HuberLoss({ reduction: "sum", delta: 2 });
export const loss: Tensor = lossFn(tensor([1, 2]), tensor([3, 4]));
// @ts-expect-error: a misspelt reduction does not compile
F.l1Loss(loss, loss, { reduction: "average" });
`;

const PROGRAMS = [
  { file: "imported.mjs", source: IMPORTED, expected: "0.5 tensor([-0.2500,  0.2500,  0.0000, -0.2500])" },
  { file: "arrays.mjs", source: ARRAYS, expected: "1.5 -0.5 0.5" },
  { file: "required.cjs", source: REQUIRED, expected: "2 lossgrad" },
];

/** Module settings under which the published types are read: Node's own rules and a bundler's. */
const TYPE_CHECKS = [
  ["--module", "nodenext", "--moduleResolution", "nodenext"],
  ["--module", "esnext", "--moduleResolution", "bundler"],
];

function runNpm(args, cwd) {
  const [command, all] = npmCommand(...args, "--ignore-scripts", "--loglevel=error");
  execFileSync(command, all, {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function checkPrograms(project) {
  for (const { file, source, expected } of PROGRAMS) {
    writeFileSync(join(project, file), source);
    const printed = execFileSync(process.execPath, [file], { cwd: project, encoding: "utf8" }).trim();
    if (printed !== expected) throw new Error(`${file}: expected "${expected}", got "${printed}"`);
    console.log(`${file} printed ${printed}`);
  }
}

function checkTypes(project) {
  writeFileSync(join(project, "typed.ts"), TYPED);
  for (const mode of TYPE_CHECKS) {
    const args = ["--ignoreConfig", "--strict", "--noEmit", "--target", "es2022", ...mode, "typed.ts"];
    execFileSync(process.execPath, [commandOf("typescript", "tsc"), ...args], {
      cwd: project,
      stdio: "inherit",
    });
    console.log(`typed.ts type-checks with ${mode.join(" ")}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), "lossgrad-package-"));
try {
  runNpm(["pack", "--pack-destination", folder], process.cwd());
  const tarball = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".tgz")),
  );
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  runNpm(["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], project);
  checkPrograms(project);
  checkTypes(project);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
