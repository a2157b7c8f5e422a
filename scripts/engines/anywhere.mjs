import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What needs files, processes, or something else that Node has and other engines have not. */
const NODE_FOLDERS = [
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
const gone = NODE_FOLDERS.filter((folder) => !folders.includes(folder));
if (gone.length > 0) throw new Error(`scripts/engines/anywhere.mjs: no folder test/${gone.join(", test/")}`);

/** The tests that need an engine only: a folder is among them unless it is named above. */
export const ANYWHERE = folders
  .filter((folder) => !NODE_FOLDERS.includes(folder))
  .map((folder) => `test/${folder}/**/*.test.ts`);

/** The others. */
export const OF_NODE = NODE_FOLDERS.map((folder) => `test/${folder}/**`);
