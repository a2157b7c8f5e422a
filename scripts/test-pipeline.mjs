// `npm run test:pipeline`: the examples behind ONNX Runtime Web and TensorFlow.js. Installs their packages, checks the types and the style
// against them, which the root's commands cannot where they are not installed, and runs the tests,
// the page in Chromium among them.
import { fileURLToPath } from "node:url";
import { commandOf, installPackages, runScript } from "./packages.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
installPackages("examples/data", "10,000 handwritten digits (40 MB, once)");
const folders = ["examples/onnx-pipeline", "examples/tfjs-gradient"];
for (const folder of folders) installPackages(folder, `the packages of ${folder} (once)`);
for (const folder of folders) runScript(commandOf("typescript", "tsc"), ["--project", folder]);
runScript(commandOf("eslint", "eslint"), ["--max-warnings", "0", ...folders]);
process.env.LOSSGRAD_REQUIRE_DIGITS = "1";
runScript(commandOf("vitest", "vitest"), ["run", "--config", "vitest.pipeline.config.ts"]);
