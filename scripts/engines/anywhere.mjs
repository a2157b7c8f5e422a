import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What needs files, processes, or something else that Node has and other engines have not. */
const OF_NODE = [
  "bench",
  "consumers",
  "docs",
  "examples",
  "fixtures",
  "fuzz",
  "guard",
  "node",
  "support",
  "torch",
];

const folders = readdirSync(fileURLToPath(new URL("../../test", import.meta.url)));
const gone = OF_NODE.filter((folder) => !folders.includes(folder));
if (gone.length > 0) throw new Error(`scripts/engines/anywhere.mjs: no folder test/${gone.join(", test/")}`);

/** The tests that need an engine only: a folder is among them unless it is named above. */
export const ANYWHERE = folders
  .filter((folder) => !OF_NODE.includes(folder))
  .map((folder) => `test/${folder}/**/*.test.ts`);
