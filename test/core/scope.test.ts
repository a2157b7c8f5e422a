import { describe, expect, it } from "vitest";
import {
  enlistOutermost,
  type Holder,
  innermost,
  receives,
  scope,
  type Scoped,
} from "../../src/core/scope.js";

class Thing implements Scoped {
  freed = 0;
  /** How it left the outermost scope; null as long as it has not. */
  heldOnly: boolean | null = null;

  keptBy: Scoped["keptBy"] = null;

  constructor(readonly name: string) {
    innermost?.members.push(this);
  }

  discard(): void {
    this.freed++;
  }

  outlive(heldOnly: boolean): void {
    this.heldOnly = heldOnly;
  }
}

class Leaf implements Holder {
  readonly born = innermost;
  listedBy: Holder["listedBy"] = null;
  constructor(private things: readonly Thing[] = []) {}

  held(): readonly Thing[] {
    return this.things;
  }

  take(...things: Thing[]): void {
    this.things = things;
    if (innermost) receives(this, innermost);
  }
}

const nothing = (): Thing[] => [];

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

  it("keeps the survivors, each named once or several times", () => {
    for (const survivors of [(kept: Thing) => [kept], (kept: Thing) => [kept, kept]]) {
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

  it("leaves what a holder from outside holds at the end, and nothing that it held before", () => {
    const leaf = new Leaf();
    const [first, second] = scope(() => {
      const things = [new Thing("first"), new Thing("second")];
      for (const thing of things) leaf.take(thing);
      return things;
    }, nothing);
    expect([first.freed, second.freed, second.heldOnly]).toEqual([1, 0, true]);
  });

  it("frees what a holder from inside holds", () => {
    const thing = scope(() => {
      const made = new Thing("gradient");
      new Leaf().take(made);
      return made;
    }, nothing);
    expect(thing.freed).toBe(1);
  });

  it("passes what is held to the scope around, and the holder with it", () => {
    const outside = new Leaf();
    const things = scope(() => {
      const between = new Leaf();
      const made = scope(() => {
        const [a, b, c] = [new Thing("a"), new Thing("b"), new Thing("c")];
        outside.take(a);
        between.take(b);
        new Leaf().take(c);
        return [a, b, c];
      }, nothing);
      expect(made.map(({ freed }) => freed)).toEqual([0, 0, 1]);
      return made;
    }, nothing);
    expect(things.map(({ freed }) => freed)).toEqual([0, 1, 1]);
  });

  it("counts a holder that an inner scope made and left as one of the outer scope", () => {
    const thing = scope(() => {
      const leaf = scope(() => new Leaf(), nothing);
      const made = scope(() => {
        const inner = new Thing("gradient");
        leaf.take(inner);
        return inner;
      }, nothing);
      expect(made.freed).toBe(0);
      return made;
    }, nothing);
    expect(thing.freed).toBe(1);
  });

  it("leaves what holders hold when its function throws", () => {
    const leaf = new Leaf();
    let thing!: Thing;
    expect(() =>
      scope(() => {
        leaf.take((thing = new Thing("gradient")));
        throw new Error("stop");
      }, nothing),
    ).toThrow("stop");
    expect(thing.freed).toBe(0);
  });

  it("says of what it returns that others may use it, also when it was made outside", () => {
    const before = new Thing("before");
    before.heldOnly = true;
    const made = scope(
      () => new Thing("made"),
      (thing) => [thing, before],
    );
    expect([made.heldOnly, before.heldOnly]).toEqual([false, false]);
  });

  it("frees at its end what is put under the outermost scope", () => {
    const thing = new Thing("before");
    scope(() => {
      scope(() => enlistOutermost(thing), nothing);
      expect(thing.freed).toBe(0);
    }, nothing);
    expect(thing.freed).toBe(1);
    expect(() => enlistOutermost(thing)).not.toThrow();
  });

  it("frees 100000 things, of which half survive", () => {
    const made: Thing[] = [];
    scope(
      () => {
        for (let i = 0; i < 100_000; i++) made.push(new Thing(String(i)));
      },
      () => made.filter((_, i) => i % 2 === 0),
    );
    expect(made.every(({ freed }, i) => freed === i % 2)).toBe(true);
  });
});
