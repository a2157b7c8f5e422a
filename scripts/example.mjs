// `npm run example -- NAME [arguments]`: runs an example against the built package. What only some examples need lies in folders with
// a package.json of their own and is installed when it is first used.
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { commandOf, installPackages, runScript } from "./packages.mjs";

const ROOT_CONFIG = "tsconfig.build.json";

/** Programs in folders, with the configuration that finds their packages. */
const PROGRAMS = {
  "onnx-pipeline": { file: "onnx-pipeline/main.ts", config: "examples/onnx-pipeline/tsconfig.json" },
  "onnx-page": { file: "onnx-pipeline/page.ts", config: "examples/onnx-pipeline/tsconfig.json" },
  "tfjs-gradient": { file: "tfjs-gradient/main.ts", config: "examples/tfjs-gradient/tsconfig.json" },
  ported: { file: "ported/main.ts", config: ROOT_CONFIG },
};

const DIGITS = ["examples/data", "10,000 handwritten digits (40 MB, once)"];
const ONNX = ["examples/onnx-pipeline", "ONNX Runtime Web (160 MB, once)"];
const TFJS = ["examples/tfjs-gradient", "TensorFlow.js (90 MB, once)"];
const PACKAGES = {
  autoencoder: [DIGITS],
  "onnx-pipeline": [DIGITS, ONNX],
  "onnx-page": [DIGITS, ONNX],
  "tfjs-gradient": [TFJS],
};

const [name, ...args] = process.argv.slice(2);
/** The programs that are files of a folder: `l1-loss`, `ported/dqn`. */
const programsIn = (folder, except = []) =>
  readdirSync(`examples/${folder}`)
    .filter((file) => file.endsWith(".ts") && !except.includes(file))
    .map((file) => [`${folder}${basename(file, ".ts")}`, { file: `${folder}${file}`, config: ROOT_CONFIG }]);
const programs = {
  ...Object.fromEntries([...programsIn(""), ...programsIn("ported/", ["main.ts", "support.ts"])]),
  ...PROGRAMS,
};

if (!Object.hasOwn(programs, name ?? "")) {
  console.error(`example: expected one of ${Object.keys(programs).join(", ")}, got ${name ?? "nothing"}`);
  process.exit(1);
}
for (const [folder, what] of PACKAGES[name] ?? []) installPackages(folder, what);
const { file, config } = programs[name];
runScript(commandOf("tsx", "tsx"), ["--tsconfig", config, `examples/${file}`, ...args]);
