import { inflate } from "../../compression/inflate.js";
import { CompressionError } from "../../compression/limits.js";
import { lz4Block } from "../../compression/lz4.js";
import { zstd } from "../../compression/zstd.js";

type Decompress = (
  from: Uint8Array<ArrayBuffer>,
  length: number,
) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;

/** By the numbers in parquet.thrift; a text says what we do not read. */
const CODECS: readonly (Decompress | string)[] = [
  (from) => from,
  snappy,
  (from, length) => inflate("gzip", [from], length),
  "LZO",
  "Brotli",
  "LZ4 as Hadoop frames it",
  zstd,
  lz4Block,
];

/** The bytes of a page. @throws CompressionError unless there are `length`, in a buffer of their own */
export async function decompress(
  codec: number,
  from: Uint8Array<ArrayBuffer>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const known = CODECS[codec] as Decompress | string | undefined;
  if (typeof known !== "function")
    throw new CompressionError(`compressed by ${known ?? `codec ${codec}`}; save it with zstd or snappy`);
  const bytes = length === 0 && codec !== 0 ? new Uint8Array(0) : await known(from, length);
  if (bytes.length !== length)
    throw new CompressionError(`expected ${length} bytes when decompressed, got ${bytes.length}`);
  return bytes;
}

async function snappy(from: Uint8Array, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const { snappyUncompress } = await import("hysnappy");
  // The decoder writes as much as the bytes say.
  let [said, at, byte] = [0, 0, 128];
  for (; byte >= 128 && at < 5; at++) {
    byte = from[at] ?? 0;
    said += (byte & 127) * 128 ** at;
  }
  if (said !== length) throw new CompressionError(`expected ${length} bytes, got ${said} by snappy's word`);
  return snappyUncompress(from, length) as Uint8Array<ArrayBuffer>;
}
