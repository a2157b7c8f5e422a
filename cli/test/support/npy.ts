/** Files as NumPy writes them. */
const CODES = new Map<string, string>([
  ["Float32Array", "<f4"],
  ["Float64Array", "<f8"],
  ["Int8Array", "|i1"],
  ["Int32Array", "<i4"],
  ["BigInt64Array", "<i8"],
  ["Uint8Array", "|u1"],
]);

interface NpyOptions {
  readonly descr?: string;
  readonly fortran?: boolean;
}

/** The bytes of an .npy file of these elements. */
export function npyOf(
  data: ArrayBufferView & { readonly length: number },
  shape: readonly number[] = [data.length],
  { descr, fortran = false }: NpyOptions = {},
): Uint8Array {
  const code = descr ?? CODES.get(data.constructor.name)!;
  const lengths = shape.map((length) => `${length},`).join(" ");
  const dict = `{'descr': '${code}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${lengths}), }`;
  const header = new TextEncoder().encode(`${dict.padEnd(117)}\n`);
  const start = Uint8Array.of(
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    1,
    0,
    header.length & 255,
    header.length >> 8,
  );
  const bytes = new Uint8Array(start.length + header.length + data.byteLength);
  bytes.set(start);
  bytes.set(header, start.length);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start.length + header.length);
  return bytes;
}
