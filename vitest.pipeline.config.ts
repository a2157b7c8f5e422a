import { defineConfig } from "vitest/config";
import base from "./vitest.base.config.js";

/**
 * The examples behind other runtimes, whose packages `npm run test:pipeline` installs first. One at
 * a time: they share a model.
 */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["examples/{onnx-pipeline,tfjs-gradient}/test/*.test.ts", "test/examples/autoencoder.test.ts"],
    exclude: ["**/node_modules/**"],
    fileParallelism: false,
    hookTimeout: 120_000,
  },
});
