import { toBeCloseToTensor } from "lossgrad/compare/matchers";

expect.extend({ toBeCloseToTensor });

const reference = { data: Float32Array.of(0.5, 2, 3, 4, 5, 6), shape: [2, 3] };

test("passes within the tolerance", () => {
  expect({ data: reference.data.map((x) => x * (1 + 1e-7)), shape: [2, 3] }).toBeCloseToTensor(reference);
  expect(Float32Array.of(1)).not.toBeCloseToTensor(Float32Array.of(1.1));
  expect(Float32Array.of(1)).toBeCloseToTensor(Float32Array.of(1.1), { rtol: 0, atol: 0.2 });
});

test("says what differs and why", () => {
  const candidate = { data: Float32Array.of(0.5, 4, 2, 5, 3, 6), shape: [2, 3] };
  expect(() => expect(candidate).toBeCloseToTensor(reference)).toThrow(
    /4 of 6 elements differ[^]*permute\(1, 0\)/,
  );
});
