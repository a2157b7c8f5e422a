import { tensor } from "lossgrad";
import { toBeCloseToTensor } from "lossgrad/compare/matchers";
import { describe, expect, it } from "vitest";

expect.extend({ toBeCloseToTensor });

const x = Float32Array.of(1, 2, 3, 4);

/** What a failed expectation says. */
function failure(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("expected a failure, got none");
}

describe("toBeCloseToTensor", () => {
  it("passes within torch's tolerances, or those that are given", () => {
    expect(Float32Array.of(1, 2, 3, 4.000001)).toBeCloseToTensor(x);
    expect(Float32Array.of(1, 2, 3, 4.1)).not.toBeCloseToTensor(x);
    expect(Float32Array.of(1, 2, 3, 4.1)).toBeCloseToTensor(x, { rtol: 0, atol: 0.2 });
    expect({ data: x, dims: [2, 2], type: "float32" }).toBeCloseToTensor(tensor([[1, 2], [3, 4]]));
  }); // prettier-ignore

  it("tells how many differ, where, how far and why", () => {
    const reference = { data: Float32Array.of(0.5, 2, 3, 4, 5, 6), shape: [2, 3] };
    const candidate = { data: Float32Array.of(0.5, 4, 2, 5, 3, 6), shape: [2, 3] };
    expect(failure(() => expect(candidate).toBeCloseToTensor(reference, { ulp: 1 }))).toBe(
      [
        "expected a tensor within 1 ULP of the reference",
        "4 of 6 elements differ, the first at [0, 1]",
        "largest absolute difference: 2 at [0, 1], where the reference is 2 and the candidate 4",
        "largest relative difference: 1 at [0, 1], where the reference is 2 and the candidate 4",
        "largest distance in ULP of float32: 8388608 at [0, 1], where the reference is 2 and the candidate 4",
        "The elements lie in another order than the shape says: in that of the reference's permute(1, 0), transposed.",
        "Once it is undone, all 6 pairs are equal, and the mean difference falls from 1 to 0.",
      ].join("\n"),
    );
  });

  it("tells of shapes that differ", () => {
    const message = failure(() => expect(x).toBeCloseToTensor(Float32Array.of(1)));
    expect(message).toContain("the shape is [4] instead of [1]");
  });

  it("says so where tensors are close that should not be", () => {
    expect(failure(() => expect(x).not.toBeCloseToTensor(x))).toBe(
      "expected the tensors not to be close, but they are",
    );
  });
});
