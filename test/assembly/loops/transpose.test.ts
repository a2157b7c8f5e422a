import { describe, expect, it } from "vitest";
import { backends, GUARD, LENGTHS } from "../../support/kernels.js";
import { kernelsOf } from "../families.js";

const [X, OUT] = [512, 262144];

describe.each(kernelsOf("transpose"))("%s", (name, bytes) => {
  const size = Number(bytes);
  const words = size / 4;

  it("puts each element in its place and touches no other, for every shape up to 67 by 9, with gaps", () => {
    for (const backend of backends) {
      const memory = new Uint32Array(backend.bytes.buffer);
      for (const columns of LENGTHS) {
        for (const rows of [0, 1, 2, 3, 4, 5, 7, 8, 9]) {
          const [stride, outStride] = [columns + 1, rows + 2];
          backend.fill(OUT - GUARD, columns * outStride * size + 2 * GUARD);
          for (let i = 0; i < rows * stride * words; i++) memory[X / 4 + i] = i;
          backend.kernels[name](X, stride * size, OUT, outStride * size, rows, columns);
          for (let c = 0; c < columns; c++) {
            for (let r = 0; r < rows; r++) {
              for (let w = 0; w < words; w++) {
                const found = memory[OUT / 4 + (c * outStride + r) * words + w];
                if (found !== (r * stride + c) * words + w) expect.fail(`${rows}x${columns} at ${r}, ${c}`);
              }
            }
            expect(backend.firstTouched(OUT + (c * outStride + rows) * size, 2 * size)).toBe(-1);
          }
          expect(backend.firstTouched(OUT - GUARD, GUARD)).toBe(-1);
        }
      }
    }
  });
});
