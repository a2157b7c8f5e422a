import { type Source, StreamSource } from "./source.js";

/** A page's file, or any other Blob. */
export class BlobSource implements Source {
  readonly seekable = true;

  constructor(
    readonly name: string,
    private readonly blob: Blob,
  ) {}

  get size(): number {
    return this.blob.size;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    const bytes = await this.blob.slice(offset, offset + into.length).arrayBuffer();
    into.set(new Uint8Array(bytes));
    return bytes.byteLength;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The body of an answer, as it comes. */
export function responseSource(name: string, response: Response): StreamSource {
  return new StreamSource(name, piecesOfBody(response));
}

async function* piecesOfBody({ body }: Response): AsyncGenerator<Uint8Array> {
  // Safari's streams are no iterables yet.
  const reader = body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
