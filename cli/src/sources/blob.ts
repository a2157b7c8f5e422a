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
export function responseSource(name: string, { body }: Response): StreamSource {
  const reader = body?.getReader();
  const cancel = async (): Promise<void> => {
    await reader?.cancel().catch(() => undefined);
  };
  return new StreamSource(name, piecesOf(reader), cancel);
}

/** Safari's streams are no iterables yet. */
async function* piecesOf(reader?: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = await reader?.read();
    if (!next || next.done) return;
    yield next.value;
  }
}
