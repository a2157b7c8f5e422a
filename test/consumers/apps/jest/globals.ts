import { toBeCloseToTensor } from "lossgrad/compare/matchers";
expect.extend({ toBeCloseToTensor });
test("x", () => {
  expect(Float32Array.of(1)).toBeCloseToTensor(Float32Array.of(1), { atol: 1, rtol: 0 });
  // @ts-expect-error: a tolerance is a number
  expect(Float32Array.of(1)).toBeCloseToTensor(Float32Array.of(1), { atol: "1", rtol: 0 });
});
