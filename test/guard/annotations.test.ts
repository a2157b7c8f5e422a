/** A guard for bundles: they leave out what is marked as free of side effects, where it is marked well. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** Bundlers read the mark before a call alone, and warn whoever bundles the library of others. */
const BEFORE_CALL = /^(?:new )?[\w$.]+[<(]/;

it("marks of purity stand before calls", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const misplaced = files.flatMap((file) =>
    readFileSync(`src/${file}`, "utf8")
      .split("/* @__PURE__ */ ")
      .slice(1)
      .filter((behind) => !BEFORE_CALL.test(behind))
      .map((behind) => `${file}: ${behind.slice(0, 40)}`),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(misplaced).toEqual([]);
});
