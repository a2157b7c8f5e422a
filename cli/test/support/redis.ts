/** A Redis of a test's own, and workers at it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Why there is no Redis here; null where there is one. @throws where one is required */
export function missingRedis(): string | null {
  if (spawnSync("redis-server", ["--version"]).status === 0) return null;
  const problem = "redis-server is not installed";
  if (process.env.LOSSGRAD_REQUIRE_REDIS === "1") throw new Error(`LOSSGRAD_REQUIRE_REDIS: ${problem}`);
  return problem;
}

export interface RedisServer {
  readonly address: string;
  /** The keys that are there, but for those that BullMQ keeps of the queue itself. */
  readonly keys: () => string[];
  readonly stop: () => Promise<void>;
}

/** Starts a server that keeps nothing, at a socket in a folder of its own. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "lossgrad-redis-"));
  const socket = join(folder, "redis.sock");
  const options = [
    "--port",
    "0",
    "--unixsocket",
    socket,
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    folder,
  ];
  const server = spawn("redis-server", options, { stdio: ["ignore", "pipe", "inherit"] });
  await said(server, /ready to accept connections|The server is now ready/i, "stdout");
  const keys = (): string[] => {
    const { stdout } = spawnSync("redis-cli", ["-s", socket, "keys", "*"], { encoding: "utf8" });
    const own = ["events", "id", "meta", "marker", "stalled-check"].map((name) => `lossgrad:shards:${name}`);
    return stdout.split("\n").filter((key) => key !== "" && !own.includes(key));
  };
  const stop = async (): Promise<void> => {
    await ended(server, "SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  };
  return { address: `unix://${socket}`, keys, stop };
}

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** Starts `lossgrad worker`, and waits until it waits. */
export async function startWorker(address: string, ...options: string[]): Promise<ChildProcess> {
  const args = [MAIN, "worker", "--redis", address, "--concurrency", "1", ...options];
  const worker = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "pipe"] });
  await said(worker, /waiting for shards/, "stderr");
  return worker;
}

/** Ends a process, and returns its exit code, or the signal that ended it. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode;
  const exit = new Promise<number | string | null>((resolve) => {
    child.once("exit", (code, by) => {
      resolve(code ?? by);
    });
  });
  child.kill(signal);
  return exit;
}

async function said(child: ChildProcess, words: RegExp, stream: "stdout" | "stderr"): Promise<void> {
  let text = "";
  await new Promise<void>((resolve, reject) => {
    child[stream]!.on("data", (piece: Buffer) => {
      text += piece.toString();
      if (words.test(text)) resolve();
    });
    child.once("exit", () => {
      reject(new Error(`${child.spawnfile} ended: ${text}`));
    });
  });
}
