import { expect, test } from "@jest/globals";
import { toBeCloseToTensor, type TensorMatchers } from "lossgrad/compare/matchers";
declare module "expect" {
  interface Matchers<R> extends TensorMatchers<R> {}
}
expect.extend({ toBeCloseToTensor });
test("x", () => {
  expect(Float32Array.of(1)).toBeCloseToTensor(Float32Array.of(1), { atol: 1, rtol: 0 });
  // @ts-expect-error: a tolerance is a number
  expect(Float32Array.of(1)).toBeCloseToTensor(Float32Array.of(1), { atol: "1", rtol: 0 });
});
