/**
 * States of accumulators: what is written is read, and anything else is an error, never another
 * number.
 */
import { LossAccumulator as Tensors } from "lossgrad";
import { LossAccumulator } from "lossgrad/arrays";
import type { LossAccumulatorJSON } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../support/bytes.js";
import { complaint, JUNK } from "../support/junk.js";
import { expectError } from "../support/refuse.js";
import { SharedBuffer } from "../support/sharing.js";
import { HEADER, sealed } from "../support/state.js";

function example(): LossAccumulator {
  const total = new LossAccumulator("smoothL1Loss", { beta: 0.5 });
  total.update(Float64Array.of(1, 1e-300, 2 ** 60, NaN, 0.1), Float64Array.of(0, 0, 1, 0, -0.2));
  return total;
}

const EXAMPLES: readonly [string, LossAccumulator][] = [
  ["nothing", new LossAccumulator("l1Loss")],
  ["numbers", example()],
  [
    "negative weights",
    (() => {
      const total = new LossAccumulator("mseLoss");
      total.update(Float32Array.of(1, 2), 0, { weight: Float32Array.of(-3, 0.1) });
      return total;
    })(),
  ],
  [
    "the largest sum",
    (() => {
      const total = new LossAccumulator("l1Loss");
      total.update(Float64Array.of(Number.MAX_VALUE, Number.MIN_VALUE), 0);
      for (let i = 0; i < 51; i++) total.merge(total);
      return total;
    })(),
  ],
];

const reading = (bytes: unknown) => () => LossAccumulator.fromBytes(bytes as Uint8Array);

describe.each(EXAMPLES)("the state of %s", (_title, total) => {
  const bytes = total.toBytes();

  it("is read from its bytes, and written as the same again", () => {
    const again = LossAccumulator.fromBytes(bytes);
    expect(toHex(again.toBytes())).toBe(toHex(bytes));
    expect([again.count, again.sum(), again.mean(), again.nonFinite, again.loss, again.parameters]).toEqual([
      total.count,
      total.sum(),
      total.mean(),
      total.nonFinite,
      total.loss,
      total.parameters,
    ]);
  });

  it("is read from its JSON", () => {
    const text = JSON.stringify(total);
    const again = LossAccumulator.fromJSON(JSON.parse(text));
    expect(toHex(again.toBytes())).toBe(toHex(bytes));
    expect(JSON.stringify(again)).toBe(text);
  });

  it("is refused at every length but its own", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(reading(bytes.slice(0, length)), `${length}`).toThrow(RangeError);
      // A length and a checksum that fit do not help.
      if (length >= HEADER)
        expect(reading(sealed(bytes.slice(0, length))), `${length}, sealed`).toThrow(RangeError);
    }
    expect(reading(Uint8Array.of(...bytes, 0))).toThrow(RangeError);
    expect(reading(sealed(Uint8Array.of(...bytes, 0)))).toThrow(RangeError);
  });

  it("is refused with any bit flipped", () => {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      expect(reading(flipped), `bit ${bit}`).toThrow(RangeError);
    }
  });

  it("is refused with any bit flipped and the checksum made right, or is what the bytes say", () => {
    for (let bit = 8 * HEADER; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const changed = sealed(flipped);
      let again: LossAccumulator | undefined;
      const wrong = complaint(() => (again = LossAccumulator.fromBytes(changed)));
      expect(wrong, `bit ${bit}`).toBeNull();
      if (again) expect(toHex(again.toBytes()), `bit ${bit}`).toBe(toHex(changed));
    }
  });
});

/**
 * Version 1: 0.25 · 4 + Infinity of Huber with delta 2, of weights 0.25 and 1, by hand but for the
 * checksum.
 */
const RECORDED = [
  "4c474143", // LGAC
  "01000000", // version
  "7c000000", // length
  "38197819", // checksum
  "0200000000000000", // count
  ...["00000000", "01000000", "01000000"], // 2^0 · 1 digit: 1
  ...["0100000000000000", "0000000000000000", "0000000000000000"], // +Infinity, -Infinity, NaN
  ...["feffffff", "01000000", "05000000"], // 2^-2 · 1 digit: 5
  ...["0000000000000000", "0000000000000000", "0000000000000000"],
  ...["0900", "68756265724c6f7373"], // huberLoss
  ...["0100", "0500", "64656c7461", "0000000000000040"], // one parameter: delta, 2
].join("");

describe("the bytes of a state", () => {
  it("are those that every version reads: the layout is fixed", () => {
    const total = new LossAccumulator("huberLoss", { delta: 2 });
    total.update(Float32Array.of(3, Infinity), Float32Array.of(0, 0), { weight: Float32Array.of(0.25, 1) });
    expect(toHex(total.toBytes())).toBe(RECORDED);
    expect(LossAccumulator.fromBytes(fromHex(RECORDED)).toJSON()).toEqual(total.toJSON());
  });

  it("are taken from shared memory, from a part of a buffer and from a Uint8Array of whatever class", () => {
    const bytes = example().toBytes();
    const shared = new Uint8Array(new SharedBuffer(bytes.length + 3), 3);
    shared.set(bytes);
    class Lying extends Uint8Array {
      override get length(): number {
        return 3;
      }
    }
    for (const given of [shared, new Lying(bytes)]) {
      expect(toHex(LossAccumulator.fromBytes(given).toBytes())).toBe(toHex(bytes));
    }
  });

  it("say what is wrong with them", () => {
    const bytes = example().toBytes();
    const at = (index: number, value: number): Uint8Array => {
      const copy = bytes.slice();
      copy[index] = value;
      return copy;
    };
    const caller = "LossAccumulator.fromBytes: expected";
    for (const [given, message] of [
      [bytes.slice(0, 7), `${caller} a state of more than 16 bytes, got 7 bytes`],
      [at(0, 0), `${caller} the bytes of an accumulator, which begin with "LGAC", got others`],
      [at(4, 2), `${caller} a state of version 1, got version 2; a newer lossgrad wrote it, and reads it`],
      [at(4, 0), `${caller} a state of version 1, got version 0`],
      [bytes.slice(0, 100), `${caller} a state of ${bytes.length} bytes, as it says, got 100 bytes`],
      [
        at(20, 9),
        `${caller} a state as it was written, got one whose checksum differs: it was changed on its way`,
      ],
    ] as const) {
      expectError(reading(given), RangeError, message);
    }
  });

  it("of a loss that there is not, or with other parameters, are refused by name", () => {
    const renamed = (from: string, to: string): Uint8Array =>
      sealed(fromHex(toHex(example().toBytes()).replace(hexOf(from), hexOf(to))));
    expectError(
      reading(renamed("smoothL1Loss", "smoothL2Loss")),
      RangeError,
      'expected a state of l1Loss, mseLoss, smoothL1Loss, huberLoss, crossEntropy, nllLoss, got one of "smoothL2Loss"',
    );
    expectError(
      reading(renamed("beta", "bete")),
      RangeError,
      "expected a state of smoothL1Loss with beta, got { bete }",
    );
  });

  it.each(Object.entries(JUNK))("are not %s", (_title, junk) => {
    expect(reading(junk)).toThrow(TypeError);
  });
});

const hexOf = (text: string): string => toHex(new TextEncoder().encode(text));

describe("the JSON of a state", () => {
  const json = (): LossAccumulatorJSON => example().toJSON();
  const readingJSON = (given: unknown) => () => Tensors.fromJSON(given);

  it("can be read by people", () => {
    const total = new LossAccumulator("smoothL1Loss", { beta: 0.5 });
    total.update(Float32Array.of(3), 0, {});
    expect(total.toJSON()).toEqual({
      format: "lossgrad.LossAccumulator",
      version: 1,
      loss: "smoothL1Loss",
      parameters: { beta: 0.5 },
      count: 1,
      sum: { integer: "11", exponent: -2, positiveInfinity: 0, negativeInfinity: 0, nan: 0 },
      weights: { integer: "1", exponent: 0, positiveInfinity: 0, negativeInfinity: 0, nan: 0 },
      checksum: total.toJSON().checksum,
      approximately: { sum: 2.75, mean: 2.75 },
    });
    expect(json().approximately).toEqual({ sum: "NaN", mean: "NaN" });
  });

  it("is not read where it is for people", () => {
    const changed = { ...json(), approximately: { sum: 5, mean: 7 } };
    expect(Tensors.fromJSON(changed).toJSON()).toEqual(json());
  });

  it.each<[string, object]>([
    ["another format", { format: "lossgrad.Metric" }],
    ["a newer version", { version: 2 }],
    ["a version as text", { version: "1" }],
    ["no loss", { loss: 3 }],
    ["another loss", { loss: "l1Loss" }],
    ["another parameter", { parameters: { delta: 0.5 } }],
    ["another value of the parameter", { parameters: { beta: 0.25 } }],
    ["a parameter that is no number", { parameters: { beta: "0.5" } }],
    ["no parameters", { parameters: null }],
    ["another count", { count: 6 }],
    ["a fraction as the count", { count: 0.5 }],
    ["a negative count", { count: -1 }],
    ["a count beyond 2^53", { count: 2 ** 53 }],
    ["no sum", { sum: undefined }],
    ["a list as the sum", { sum: [] }],
    ["another integer", { sum: { ...json().sum, integer: "3" } }],
    ["an even integer", { sum: { ...json().sum, integer: "2" } }],
    ["a number as the integer", { sum: { ...json().sum, integer: 3 } }],
    ["an integer in hexadecimal", { sum: { ...json().sum, integer: "0x3" } }],
    ["an integer with zeros in front", { sum: { ...json().sum, integer: "03" } }],
    ["an endless integer", { sum: { ...json().sum, integer: "1".repeat(100_000) } }],
    ["a large exponent", { sum: { ...json().sum, exponent: 1e9 } }],
    ["an exponent that is no number", { sum: { ...json().sum, exponent: "0" } }],
    ["a fraction as the exponent", { sum: { ...json().sum, exponent: 0.5 } }],
    ["more NaN than elements", { sum: { ...json().sum, nan: 7 } }],
    ["a negative number of NaN", { sum: { ...json().sum, nan: -1 } }],
    ["another weight", { weights: { ...json().weights, integer: "7" } }],
    ["another checksum", { checksum: "00000000" }],
    ["no checksum", { checksum: undefined }],
  ])("is refused with %s", (_title, change) => {
    expect(complaint(readingJSON({ ...json(), ...change }))).toBeNull();
    expect(readingJSON({ ...json(), ...change })).toThrow(/^LossAccumulator\.fromJSON: expected/);
  });

  it("says what to do with text", () => {
    expectError(
      readingJSON(JSON.stringify(json())),
      TypeError,
      "LossAccumulator.fromJSON: expected an object, got a string; pass JSON.parse(text)",
    );
  });

  it.each(Object.entries(JUNK))("is not %s", (_title, junk) => {
    expect(readingJSON(junk)).toThrow();
    expect(complaint(readingJSON(junk))).toBeNull();
    for (const key of ["parameters", "sum", "weights", "count", "loss", "version", "checksum"]) {
      expect(complaint(readingJSON({ ...json(), [key]: junk })), key).toBeNull();
    }
  });
});
