import { execFileSync, spawn } from "node:child_process";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { temporary } from "../../../test/support/temporary.js";
import { responseSource } from "../../src/sources/blob.js";
import { openSource } from "../../src/sources/open.js";
import { readBytes, type Source } from "../../src/sources/source.js";
import { pipeOf } from "../support/arrays.js";

const { file, folder } = temporary("sources-");
const content = Uint8Array.from({ length: 9000 }, (_, i) => i % 251);

/** Bytes from the source's middle, beginning and end, in an order that streams allow. */
async function checkForward(source: Source): Promise<void> {
  expect(await readBytes(source, 0, 16)).toEqual(content.slice(0, 16));
  expect(await readBytes(source, 0, 5000)).toEqual(content.slice(0, 5000));
  expect(await readBytes(source, 6000, 10)).toEqual(content.slice(6000, 6010));
  expect(await readBytes(source, 4, 8)).toEqual(content.slice(4, 12));
  expect(await readBytes(source, 8990, 20)).toEqual(content.slice(8990));
  await source.close();
}

test("files, what gzip made, answers and pieces read the same", async () => {
  await checkForward(await openSource(file("plain", content)));
  await checkForward(await openSource(file("zipped", gzipSync(content))));
  await checkForward(responseSource("x", new Response(content)));
  await checkForward(pipeOf(Array.from(content, (byte) => Uint8Array.of(byte))));
});

test("what cannot be read is told in one line", async () => {
  const cut = await openSource(file("cut.gz", gzipSync(content).subarray(0, -6)));
  await expect(readBytes(cut, 0, 9001)).rejects.toThrow(/cut\.gz: not readable as gzip: /);
  await cut.close();
  await expect(openSource(`${folder()}/absent`)).rejects.toThrow(/absent: no such file$/);
  await expect(openSource(folder())).rejects.toThrow(/: is a folder, not a file$/);
});

test.skipIf(process.platform === "win32")("a pipe is read to its end; a device is refused", async () => {
  const path = `${folder()}/pipe`;
  execFileSync("mkfifo", [path]);
  const writer = spawn("sh", ["-c", 'sleep 0.1; cat "$1" > "$2"', "sh", file("source", content), path]);
  await checkForward(await openSource(path));
  writer.kill();
  await expect(openSource("/dev/zero")).rejects.toThrow(/expected a file or a pipe, got a device/);
});
