import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAddress } from "../../src/sources/http.js";
import { readBytes } from "../../src/sources/source.js";

const content = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
let server: Server;
let address = "";
/** How many bytes were asked for by ranges. */
let asked = 0;
let version = 1;

beforeAll(async () => {
  server = createServer(({ url, headers }, response) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
    if (url?.startsWith("/ranges") && range) {
      const [first, last] = [Number(range[1]), Math.min(Number(range[2]), content.length - 1)];
      asked += last - first + 1;
      response.writeHead(206, {
        "content-range": `bytes ${first}-${last}/${content.length}`,
        etag: `"${version}"`,
      });
      response.end(content.subarray(first, last + 1));
    } else if (url?.startsWith("/whole")) response.end(content);
    else response.writeHead(404).end("no such thing");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test("a server with ranges is asked for what is read, in any order", async () => {
  const source = await openAddress(`${address}/ranges?secret`);
  expect([source.name, source.size, source.seekable]).toEqual([`${address}/ranges`, content.length, true]);
  asked = 0;
  for (const [offset, length] of [[150_000, 1000], [10, 20], [0, 70_000], [199_999, 5]]) {
    expect(await readBytes(source, offset, length)).toEqual(content.slice(offset, offset + length));
  }
  expect(asked).toBe(1000 + 70_000 + 1);
}); // prettier-ignore

test("a server without ranges sends a stream, which goes forward", async () => {
  const source = await openAddress(`${address}/whole`);
  expect([source.size, source.seekable]).toEqual([null, false]);
  expect(await readBytes(source, 0, 16)).toEqual(content.slice(0, 16));
  expect(await readBytes(source, 2, 100_000)).toEqual(content.slice(2, 100_002));
  expect(await readBytes(source, 199_990, 100)).toEqual(content.slice(199_990));
  await expect(source.read(5000, new Uint8Array(1))).rejects.toThrow(
    `${address}/whole: expected data that can be read in any order, got a stream; write it into a file first`,
  );
  await source.close();
});

test("a resource that changes meanwhile is refused", async () => {
  const source = await openAddress(`${address}/ranges`);
  version++;
  await expect(readBytes(source, 100_000, 10)).rejects.toThrow(
    `${address}/ranges: expected the bytes from 100000 on, got another version; it changed meanwhile`,
  );
});

test("what cannot be had is told in one line", async () => {
  await expect(openAddress(`${address}/absent?token=1`)).rejects.toThrow(
    `${address}/absent: expected the server to send it, got 404 Not Found`,
  );
  await expect(openAddress("http://127.0.0.1:1/x")).rejects.toThrow(
    "http://127.0.0.1:1/x: cannot be fetched: ",
  );
});
