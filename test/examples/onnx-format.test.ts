import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { initializer, model, node, value } from "../../examples/support/onnx-format.js";

/**
 * SHA-256 of the 1351 bytes that the npm package onnx-proto 8.0.1 (protobufjs and ONNX's own
 * onnx.proto) writes for the same graph.
 */
const WRITTEN_BY_ONNX_PROTO = "f3041658206d3d2792a007840a4cecfffcfe137cad38d87864f92e05df6572af";

test("a model with learnt weights, a scalar and sizes past 127 has the bytes that a protobuf library writes", () => {
  const bytes = model({
    name: "affine",
    nodes: [node("Gemm", ["x", "w", "b"], "y")],
    initializers: [
      initializer(
        "w",
        [2, 3],
        Float32Array.from({ length: 6 }, (_, i) => i / 8),
      ),
      initializer("one", [], Float32Array.of(1)),
      initializer("b", [300], new Float32Array(300)),
    ],
    inputs: [value("x", "n", 200)],
    outputs: [value("y", "n", 3)],
  });
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(WRITTEN_BY_ONNX_PROTO);
});

test("weights that are a part of a larger buffer are written alone", () => {
  const buffer = Float32Array.of(9, 1, 2, 9);
  expect(initializer("w", [2], buffer.subarray(1, 3))).toEqual(initializer("w", [2], Float32Array.of(1, 2)));
});
