import { defineConfig } from "vitest/config";
import { ANYWHERE } from "./scripts/engines/anywhere.mjs";
import base from "./vitest.base.config.ts";

/** The suite of every engine, on the one that runs vitest. */
export default defineConfig({ ...base, test: { ...base.test, include: ANYWHERE } });
