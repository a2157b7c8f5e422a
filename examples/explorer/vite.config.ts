/**
 * The page as static files that any server can host in any folder, and the server that `npm run
 * explorer` starts.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** What isolates a page from other origins, so that it may share memory with its workers. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  root: pathOf("."),
  base: "./",
  clearScreen: false,
  // The longer name first: an alias also replaces the beginning of a name.
  resolve: {
    alias: [
      { find: "lossgrad/arrays", replacement: pathOf("../../dist/typed/index.js") },
      // The table of formulas is in no public entry: this is the copy that the library itself has.
      { find: "lossgrad/loss", replacement: pathOf("../../dist/loss") },
      { find: "lossgrad", replacement: pathOf("../../dist/index.js") },
    ],
  },
  build: { target: "es2022", outDir: "dist", emptyOutDir: true, chunkSizeWarningLimit: 1700 },
  worker: { format: "es" },
  preview: { headers: process.env.LOSSGRAD_PLAIN === "1" ? {} : ISOLATION },
});
