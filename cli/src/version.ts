/** The version of the command. Bundled or not, the package lies one folder up. */
import { createRequire } from "node:module";

export const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
