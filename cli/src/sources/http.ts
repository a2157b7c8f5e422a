import { InputError, UnavailableError } from "../input-error.js";
import { responseSource } from "./blob.js";
import type { Source } from "./source.js";

/** As much as is asked for at first, to learn whether the server answers with ranges. */
const FIRST = 2 ** 16;

/** Whether a path is the address of a web resource. */
export function isAddress(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/**
 * A web resource: by ranges where the server has them, else as one stream. Signed addresses have
 * their secrets behind the question mark, which messages leave out.
 */
export async function openAddress(address: string): Promise<Source> {
  const name = address.replace(/[?#].*$/s, "");
  const response = await ask(name, address, 0, FIRST);
  if (response.status === 206)
    return new RangeSource(name, address, rangeOf(name, response), await head(name, response));
  if (response.ok) return responseSource(name, response);
  // An empty resource has no first byte.
  if (response.status === 416) return responseSource(name, new Response(null));
  await response.body?.cancel();
  // What the server cannot do now, or what it is asked too often for.
  const ForNow = response.status >= 500 || response.status === 429 ? UnavailableError : InputError;
  throw new ForNow(`${name}: expected the server to send it, got ${response.status} ${response.statusText}`);
}

interface Range {
  readonly size: number;
  /** What tells one version of the resource from another; null where the server says nothing. */
  readonly version: string | null;
}

class RangeSource implements Source {
  readonly seekable = true;

  constructor(
    readonly name: string,
    private readonly address: string,
    private readonly range: Range,
    private readonly start: Uint8Array,
  ) {}

  get size(): number {
    return this.range.size;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    const length = Math.max(0, Math.min(into.length, this.size - offset));
    if (offset + length <= this.start.length) {
      into.set(this.start.subarray(offset, offset + length));
    } else {
      await this.#fetch(offset, into.subarray(0, length));
    }
    return length;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #fetch(offset: number, into: Uint8Array): Promise<void> {
    const response = await ask(this.name, this.address, offset, into.length);
    const { size, version } =
      response.status === 206 ? rangeOf(this.name, response) : { size: -1, version: null };
    if (size !== this.size || version !== this.range.version) {
      await response.body?.cancel();
      const got = response.status === 206 ? "another version" : `${response.status} ${response.statusText}`;
      throw new InputError(
        `${this.name}: expected the bytes from ${offset} on, got ${got}; it changed meanwhile`,
      );
    }
    const bytes = responseSource(this.name, response);
    try {
      const length = await bytes.read(0, into);
      if (length === into.length) return;
      throw new InputError(`${this.name}: expected ${into.length} bytes from ${offset} on, got ${length}`);
    } finally {
      await bytes.close();
    }
  }
}

async function ask(name: string, address: string, offset: number, length: number): Promise<Response> {
  // A compressed answer has other bytes at other places.
  const headers = { range: `bytes=${offset}-${offset + length - 1}`, "accept-encoding": "identity" };
  try {
    return await fetch(address, { headers });
  } catch (error) {
    const { cause, message } = error as Error;
    throw new UnavailableError(
      `${name}: cannot be fetched: ${cause instanceof Error ? cause.message : message}`,
    );
  }
}

async function head(name: string, response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new UnavailableError(`${name}: cannot be fetched: ${(error as Error).message}`);
  }
}

function rangeOf(name: string, { headers }: Response): Range {
  const size = /^bytes \d+-\d+\/(\d{1,15})$/.exec(headers.get("content-range") ?? "")?.[1];
  if (size === undefined) {
    throw new InputError(`${name}: expected the server to say how many bytes there are, got a range of none`);
  }
  return { size: Number(size), version: headers.get("etag") ?? headers.get("last-modified") };
}
