import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import base from "../../vitest.base.config.ts";
import { ANYWHERE } from "./anywhere.mjs";

const PRECOMPILED = fileURLToPath(new URL("./precompiled.mjs", import.meta.url));

/**
 * The suite in workerd, which refuses to compile: a module that it compiled itself is supplied
 * instead of the inlined binary.
 */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve: { alias: { ...base.resolve.alias, lossgrad: PRECOMPILED } },
  plugins: [
    cloudflareTest({
      miniflare: {
        compatibilityDate: "2026-08-01",
        modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
      },
    }),
  ],
  test: {
    include: ANYWHERE,
    setupFiles: [PRECOMPILED, "test/support/room.ts"],
    testTimeout: 60_000,
  },
});
