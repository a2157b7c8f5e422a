/** The states of an evaluation in Redis. */
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Redis } from "ioredis";

/** Whoever evaluates says so often that it still does. */
export const ALIVE_MS = 10_000;
/** After so long without a word, what is left of it goes. */
const FORGOTTEN_MS = 60_000;
const OPEN = "open";

/**
 * The states of one evaluation that are not merged yet, in one hash, which goes by itself when
 * whoever evaluates is gone. They lie here, and are no return values of jobs, since BullMQ keeps
 * those thrice: in the job, with its parent, and in the stream of events.
 */
export class Store {
  readonly #key: string;

  constructor(
    private readonly redis: Redis,
    evaluation: string,
  ) {
    this.#key = `lossgrad:evaluation:${evaluation}`;
  }

  async open(): Promise<void> {
    await this.redis.hset(this.#key, OPEN, "");
    await this.keep();
  }

  /** Says that it still goes on; false if it was forgotten. */
  async keep(): Promise<boolean> {
    return (await this.redis.pexpire(this.#key, FORGOTTEN_MS)) === 1;
  }

  /** Whether somebody still wants the states. */
  async isOpen(): Promise<boolean> {
    return (await this.redis.hexists(this.#key, OPEN)) === 1;
  }

  async close(): Promise<void> {
    await this.redis.del(this.#key);
  }

  async has(name: string): Promise<boolean> {
    return (await this.redis.hexists(this.#key, name)) === 1;
  }

  /** Puts a state; the same again changes nothing. */
  async put(name: string, text: string): Promise<void> {
    const bytes = await promisify(gzip)(text);
    // One that comes when all is over goes by itself.
    await this.redis.multi().hset(this.#key, name, bytes).pexpire(this.#key, FORGOTTEN_MS).exec();
  }

  /** The text of a state. */
  async get(name: string): Promise<string> {
    const bytes = await this.redis.hgetBuffer(this.#key, name);
    if (!bytes) throw new Error(`the state ${name} is not in Redis`);
    return (await promisify(gunzip)(bytes)).toString();
  }

  async drop(names: readonly string[]): Promise<void> {
    await this.redis.hdel(this.#key, ...names);
  }
}
