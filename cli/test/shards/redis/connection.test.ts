/** Addresses of a Redis, and one that is not there. */
import { describe, expect, test } from "vitest";
import { connect, readAddress } from "../../../src/shards/redis/connection.js";
import { lossgrad } from "../../support/program.js";

describe("an address", () => {
  test.each([
    ["redis://host", { host: "host", port: 6379, db: 0 }, "redis://host:6379"],
    ["redis://:p%40ss@host:1/3", { host: "host", port: 1, db: 3, password: "p@ss" }, "redis://host:1"],
    [
      "redis://user:p@host/",
      { host: "host", port: 6379, username: "user", password: "p" },
      "redis://host:6379",
    ],
    ["rediss://host:2", { host: "host", port: 2, tls: {} }, "rediss://host:2"],
    ["redis://[::1]:3", { host: "::1", port: 3 }, "redis://[::1]:3"],
    ["unix:///run/re%20dis.sock", { path: "/run/re dis.sock" }, "unix:///run/re dis.sock"],
  ])("%s is read, and told without a password", (address, options, name) => {
    expect(readAddress(address)).toMatchObject({ options, name });
  });

  test.each(["", "host:6379", "http://host", "redis://", "redis://host/name", "unix://", "unix://host/path"])(
    "%j is refused, and the command is wrong",
    async (address) => {
      const { code, err } = await lossgrad(["evaluate", "a.npy", "b.npy", "--redis", address]);
      expect(code).toBe(2);
      expect(err).toMatch(/^lossgrad: --redis: expected an address such as redis:\/\/host:6379, .* got "/);
    },
  );

  test("a password is not in the message", () => {
    expect(() => readAddress("http://user:secret@host")).toThrow('got "http://…@host"');
  });
});

test("where there is no Redis, that is said at once, with exit code 1", async () => {
  await expect(connect("redis://:secret@127.0.0.1:1")).rejects.toThrow(
    /^redis:\/\/127\.0\.0\.1:1: cannot be reached: connect ECONNREFUSED/,
  );
  for (const args of [["worker"], ["evaluate", "a.npy", "b.npy"]]) {
    const { code, err } = await lossgrad([...args, "--redis", "unix:///absent/redis.sock"]);
    expect([code, err]).toEqual([
      1,
      "lossgrad: unix:///absent/redis.sock: cannot be reached: connect ENOENT /absent/redis.sock",
    ]);
  }
});
