/** Values in links: what is printed is read back, and nonsense is told. */
import { describe, expect, it, vi } from "vitest";
import { flag, integer, number, numbers, oneOf, rows, someOf } from "../../src/shell/fields.js";
import { Store } from "../../src/shell/store.js";

describe("a field", () => {
  const bounds = { min: -1, max: 1e6, initial: 0 };

  it.each(["", " ", "x", "NaN", "Infinity", "-1.5", "1e7", "0x"])(
    "takes %j for no number from −1 to a million",
    (text) => {
      expect(number(bounds).parse(text)).toBeNull();
    },
  );

  it.each([0.1, -1, 1e6, 2.0000000000000004])("reads the number %d back as it was", (value) => {
    expect(number(bounds).parse(number(bounds).print(value))).toBe(value);
  });

  it("takes no fraction for an integer", () => {
    expect([integer(bounds).parse("3"), integer(bounds).parse("3.5")]).toEqual([3, null]);
  });

  it("takes as many numbers as there are, each within its bounds", () => {
    const field = numbers({ min: 0, max: 9, initial: [1, 2] });
    expect(["3,4", "3", "3,4,5", "3,10", "3,"].map((text) => field.parse(text))).toEqual([
      [3, 4],
      null,
      null,
      null,
      null,
    ]);
  });

  it("takes one of its options, some in their order, or a flag", () => {
    expect([oneOf(["a", "b"], "a").parse("b"), oneOf(["a", "b"], "a").parse("c")]).toEqual(["b", null]);
    const some = someOf(["a", "b", "c"], ["a"]);
    expect(["c,a", "a,a", "a,d", ""].map((text) => some.parse(text))).toEqual([
      ["a", "c"],
      ["a"],
      null,
      null,
    ]);
    expect(["1", "0", "yes"].map((text) => flag(false).parse(text))).toEqual([true, false, null]);
  });

  it("takes rows of numbers, no more than it may hold", () => {
    const field = rows({
      most: 2,
      ranges: [
        [0, 5],
        [-1, 1],
      ],
    });
    expect(field.parse("1:0.5~2:-1")).toEqual([
      [1, 0.5],
      [2, -1],
    ]);
    expect(["1", "1:2", "1:0:0", "1:0~1:0~1:0", ""].map((text) => field.parse(text))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe("a store", () => {
  interface Values {
    lr: number;
    points: readonly (readonly number[])[];
  }
  const make = (): Store<Values> =>
    new Store<Values>({
      lr: number({ min: 0, max: 10, initial: 1 }),
      points: rows({
        most: 9,
        ranges: [
          [0, 9],
          [0, 9],
        ],
      }),
    });

  it("prints only what differs from the initial values, and reads it back", () => {
    const store = make();
    expect(store.print()).toBe("");
    store.set({
      lr: 0.25,
      points: [
        [1, 2],
        [3, 4.5],
      ],
    });
    expect(store.print()).toBe("lr=0.25&points=1:2~3:4.5");
    const other = make();
    expect(other.load(new URLSearchParams(store.print()))).toEqual([]);
    expect(other.values).toEqual(store.values);
  });

  it("takes initial values for what a link does not say, and complains of what it says wrongly", () => {
    const store = make();
    store.set({ lr: 3 });
    const complaints = store.load(new URLSearchParams("points=9&colour=red"));
    expect(store.values).toEqual({ lr: 1, points: [] });
    expect(complaints).toEqual(['"colour" is no setting here', "points=9: taken as none"]);
  });

  it("tells of every change", () => {
    const store = make();
    const told = vi.fn();
    store.subscribe(told);
    store.set({ lr: 2 });
    store.load(new URLSearchParams());
    expect(told).toHaveBeenCalledTimes(2);
  });
});
