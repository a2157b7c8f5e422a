import { describe, expect, it } from "vitest";
import { enlist, scope, type Scoped } from "../../src/core/scope.js";

class Thing implements Scoped {
  exempt = false;
  freed = 0;

  constructor(readonly name: string) {
    enlist(this);
  }

  discard(): void {
    this.freed++;
  }
}

describe("scope", () => {
  it("frees what was made inside, and returns what its function returns", () => {
    const made: Thing[] = [];
    const result = scope(
      () => {
        made.push(new Thing("a"), new Thing("b"));
        return 7;
      },
      () => [],
    );
    expect(result).toBe(7);
    expect(made.map(({ freed }) => freed)).toEqual([1, 1]);
  });

  it("leaves alone what was made before it and after it", () => {
    const before = new Thing("before");
    scope(
      () => 0,
      () => [],
    );
    const after = new Thing("after");
    expect([before.freed, after.freed]).toEqual([0, 0]);
  });

  it("keeps the survivors, given as a list or as a set", () => {
    for (const survivors of [(kept: Thing) => [kept], (kept: Thing) => new Set([kept])]) {
      let dropped: Thing | null = null;
      const kept = scope(() => {
        dropped = new Thing("dropped");
        return new Thing("kept");
      }, survivors);
      expect(kept.freed).toBe(0);
      expect(dropped!.freed).toBe(1);
    }
  });

  it("hands survivors to the enclosing scope, which frees them unless they survive it, too", () => {
    const [inner, outer] = [[] as Thing[], [] as Thing[]];
    const last = scope(
      () => {
        outer.push(new Thing("outer, before"));
        const survivors = scope(
          () => {
            inner.push(new Thing("dropped"), new Thing("freed outside"), new Thing("kept"));
            return inner.slice(1);
          },
          (things) => things,
        );
        expect(inner.map(({ freed }) => freed)).toEqual([1, 0, 0]);
        outer.push(new Thing("outer, after"));
        return survivors[1];
      },
      (thing) => [thing],
    );
    expect(last.name).toBe("kept");
    expect(inner.map(({ freed }) => freed)).toEqual([1, 1, 0]);
    expect(outer.map(({ freed }) => freed)).toEqual([1, 1]);
  });

  it("does not take over a survivor of another scope's making", () => {
    const made: Thing[] = [];
    scope(
      () => {
        made.push(new Thing("older"));
        scope(
          () => made[0],
          (thing) => [thing],
        );
        expect(made[0].freed).toBe(0);
      },
      () => [],
    );
    expect(made[0].freed).toBe(1);
  });

  it("frees everything when its function throws, and passes the error on", () => {
    const made: Thing[] = [];
    const outer: Thing[] = [];
    const error = new Error("stop");
    scope(
      () => {
        outer.push(new Thing("outer"));
        expect(() =>
          scope(
            () => {
              made.push(new Thing("inner"));
              throw error;
            },
            () => made,
          ),
        ).toThrow(error);
        expect(made[0].freed).toBe(1);
        outer.push(new Thing("outer, after"));
        expect(outer.map(({ freed }) => freed)).toEqual([0, 0]);
      },
      () => [],
    );
    expect(outer.map(({ freed }) => freed)).toEqual([1, 1]);
  });

  it("frees everything when the survivors cannot be named", () => {
    const made: Thing[] = [];
    const naming = (): Thing[] => {
      throw new TypeError("no promise");
    };
    expect(() => scope(() => made.push(new Thing("inner")), naming)).toThrow("no promise");
    expect(made[0].freed).toBe(1);
    const after = new Thing("after");
    expect(after.freed).toBe(0);
  });

  it("leaves what something outside holds", () => {
    const made = scope(
      () => {
        const gradient = new Thing("gradient");
        gradient.exempt = true;
        return gradient;
      },
      () => [],
    );
    expect(made.freed).toBe(0);
  });

  it("frees 100000 things, of which half survive in a set", () => {
    const made: Thing[] = [];
    scope(
      () => {
        for (let i = 0; i < 100_000; i++) made.push(new Thing(String(i)));
      },
      () => new Set(made.filter((_, i) => i % 2 === 0)),
    );
    expect(made.every(({ freed }, i) => freed === i % 2)).toBe(true);
  });
});
