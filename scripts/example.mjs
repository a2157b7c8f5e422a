// `npm run example -- NAME [arguments]`: runs examples/NAME.ts against the built package.
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { commandOf, runScript } from "./packages.mjs";

const [name, ...args] = process.argv.slice(2);
const names = readdirSync("examples")
  .filter((file) => file.endsWith(".ts"))
  .map((file) => basename(file, ".ts"));

if (!names.includes(name)) {
  console.error(`example: expected one of ${names.join(", ")}, got ${name ?? "nothing"}`);
  process.exit(1);
}
runScript(commandOf("tsx", "tsx"), ["--tsconfig", "tsconfig.build.json", `examples/${name}.ts`, ...args]);
