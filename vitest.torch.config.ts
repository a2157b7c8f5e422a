import { defineConfig } from "vitest/config";
import base from "./vitest.base.config.js";

/**
 * The live comparison with PyTorch: minutes rather than seconds, and only where a Python has torch.
 */
export default defineConfig({
  ...base,
  test: { include: ["test/torch/**/*.test.ts"], testTimeout: 15 * 60_000, hookTimeout: 2 * 60_000 },
});
