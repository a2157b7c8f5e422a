/** The way to a Redis. What speaks with it is loaded only for those who ask. */
import type * as BullMQ from "bullmq";
import type { Redis, RedisOptions } from "ioredis";
import { InputError, quoted, UsageError } from "../../input-error.js";

export interface Connection {
  readonly redis: Redis;
  readonly bullmq: typeof BullMQ;
  /** What messages call it: without a password. */
  readonly name: string;
  /** Rejects when Redis was away for too long. */
  readonly lost: Promise<never>;
  readonly close: () => void;
}

/** A server that is there answers sooner. */
const CONNECT_MS = 5000;
/** So often it is tried again after it was reached, with up to two seconds between: half a minute. */
const MOST_RETRIES = 18;

/**
 * Connects to the Redis at an address.
 *
 * @throws UsageError for what is no such address; InputError if it cannot be reached in five seconds
 */
export async function connect(address: string): Promise<Connection> {
  const { options, name } = readAddress(address);
  const [{ Redis }, bullmq] = await Promise.all([import("ioredis"), import("bullmq")]);
  let isReached = false;
  const redis = new Redis({
    ...options,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isReached && times <= MOST_RETRIES ? Math.min(200 * times, 2000) : null),
  });
  let problem = "it does not answer";
  redis.on("error", (error: Error) => {
    problem = visibleProblem(error);
  });
  await reach(redis, () => new InputError(`${name}: cannot be reached: ${problem}`));
  isReached = true;
  let isClosed = false;
  const lost = new Promise<never>((_, reject) => {
    redis.on("end", () => {
      if (!isClosed) reject(new InputError(`${name}: the connection was lost: ${problem}`));
    });
  });
  lost.catch(() => undefined);
  const close = (): void => {
    isClosed = true;
    redis.disconnect();
  };
  return { redis, bullmq, name, lost, close };
}

async function reach(redis: Redis, failure: () => InputError): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // It may take a connection and say nothing.
    timer = setTimeout(() => {
      reject(failure());
    }, CONNECT_MS);
  });
  try {
    await Promise.race([redis.connect(), late]);
  } catch {
    redis.disconnect();
    throw failure();
  } finally {
    clearTimeout(timer);
  }
}

/** Of an error for several addresses of one name, the first. */
function visibleProblem(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return first.message;
}

/** @throws UsageError for what is no address of a Redis */
export function readAddress(address: string): { options: RedisOptions; name: string } {
  const refused = new UsageError(
    `--redis: expected an address such as redis://host:6379, rediss://host:6379/0 or unix:///path, got ` +
      quoted(address.replace(/\/\/[^/]*@/, "//…@")),
  );
  if (!URL.canParse(address)) throw refused;
  const { protocol, hostname, port, username, password, pathname } = new URL(address);
  if (protocol === "unix:") {
    if (hostname !== "" || pathname.length < 2) throw refused;
    const path = decodeURIComponent(pathname);
    return { options: { path }, name: `unix://${path}` };
  }
  const database = /^\/?(\d{0,6})$/.exec(pathname);
  if (!["redis:", "rediss:"].includes(protocol) || hostname === "" || !database) throw refused;
  const options = {
    // An IPv6 address stands in brackets.
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? 6379 : Number(port),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    db: Number(database[1]),
    ...(protocol === "rediss:" && { tls: {} }),
  };
  return { options, name: `${protocol}//${hostname}:${options.port}` };
}
