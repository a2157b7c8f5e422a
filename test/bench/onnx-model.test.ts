import { expect, test } from "vitest";
import { sumOfAbsoluteDifferences } from "../../bench/rivals/onnx-model.js";

/**
 * Written by the npm package onnx-proto 8.0.1 (protobufjs and ONNX's own onnx.proto) for the same
 * graph.
 */
const WRITTEN_BY_ONNX_PROTO =
  "08083a7e0a170a01780a0179120a646966666572656e636522035375620a2c0a0a646966666572656e6365120373756d22085265647563654c31" +
  "2a0f0a086b65657064696d731800a0010212026c315a100a0178120b0a09080112050a0312016e5a100a0179120b0a09080112050a0312016e" +
  "620d0a0373756d12060a040801120042040a00100d";

test("the model has the bytes that a protobuf library writes", () => {
  expect(Buffer.from(sumOfAbsoluteDifferences()).toString("hex")).toBe(WRITTEN_BY_ONNX_PROTO);
});
