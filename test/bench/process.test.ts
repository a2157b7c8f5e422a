import { expect, test } from "vitest";
import { ProcessRival } from "../../bench/process.js";

const start = (program: string) => ProcessRival.start("rival", process.execPath, "-e", program);

/** A program that introduces itself, then answers each request by `reaction`. */
const introduced = (reaction: string) => `
  console.log(JSON.stringify({ ok: { version: "1.2", about: "guesses", passes: ["value"] } }));
  process.stdin.on("data", () => ${reaction}).on("end", () => process.exit());`;

test("a process says what it is, and answers", async () => {
  const rival = await start(introduced(`console.log('{"ok": {"seconds": 0.5}}')`));
  expect([rival.about, rival.passes]).toEqual(["1.2: guesses", ["value"]]);
  expect(await rival.time("value", 3)).toBe(0.5);
  rival.close();
});

test("an error that it reports is the reason", async () => {
  const rival = await start(introduced(`console.log('{"error": "no memory"}')`));
  await expect(rival.answer("value")).rejects.toThrow("no memory");
  rival.close();
});

test.each([
  ["ends at once", "process.exit(3)", "its process ended without a word"],
  ["dies with words", "throw new TypeError('no such engine')", '"TypeError: no such engine"'],
])("a process that %s is a reason, not a crash", async (_, program, reason) => {
  await expect(start(program)).rejects.toThrow(reason);
});

test("so is a command that does not exist", async () => {
  await expect(ProcessRival.start("rival", "no-such-command-here")).rejects.toThrow("ENOENT");
});

test("and a process that ends instead of answering, for every later request as well", async () => {
  const rival = await start(introduced("process.exit()"));
  await expect(rival.time("value", 1)).rejects.toThrow("its process ended");
  await expect(rival.time("value", 1)).rejects.toThrow("its process ended");
});
