/** ClickHouse in this process, by `npm run test:clickhouse`'s own packages. */
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

interface Session {
  query(sql: string, format?: string): string;
  close(): void;
}

const folder = new URL(".", import.meta.url);

/** Whether the packages are there; the command installs them. */
export const installed = existsSync(new URL("node_modules/chdb", folder));
export const needed = Boolean(process.env.LOSSGRAD_REQUIRE_CLICKHOUSE);

export function openSession(path: string): Session {
  const { Session } = createRequire(new URL("package.json", folder))("chdb") as {
    Session: new (path: string) => Session;
  };
  return new Session(path);
}

/** A column: its type in ClickHouse, and its values, of which null is NULL. */
export interface Column {
  readonly type: string;
  readonly values: readonly (number | bigint | string | null)[];
}

const WRITE: Readonly<Record<string, (view: DataView, value: never) => number>> = {
  Float32: (view, value) => (view.setFloat32(0, value, true), 4),
  Float64: (view, value) => (view.setFloat64(0, value, true), 8),
  Int8: (view, value) => (view.setInt8(0, value), 1),
  UInt8: (view, value) => (view.setUint8(0, value), 1),
  Bool: (view, value) => (view.setUint8(0, value), 1),
  Int16: (view, value) => (view.setInt16(0, value, true), 2),
  UInt16: (view, value) => (view.setUint16(0, value, true), 2),
  Int32: (view, value) => (view.setInt32(0, value, true), 4),
  UInt32: (view, value) => (view.setUint32(0, value, true), 4),
  Int64: (view, value) => (view.setBigInt64(0, value, true), 8),
  UInt64: (view, value) => (view.setBigUint64(0, value, true), 8),
  String: (view, value) => {
    const bytes = new TextEncoder().encode(value);
    view.setUint8(0, bytes.length);
    new Uint8Array(view.buffer).set(bytes, 1);
    return bytes.length + 1;
  },
};

/** Writes rows in ClickHouse's RowBinary, in this order, and returns what stands behind FROM for them. */
export function rowsIn(
  path: string,
  columns: Readonly<Record<string, Column>>,
  order: readonly number[],
): string {
  const bytes: Uint8Array[] = [];
  for (const row of order)
    for (const { type, values } of Object.values(columns)) bytes.push(cell(type, values[row]));
  writeFileSync(path, Buffer.concat(bytes));
  const types = Object.entries(columns).map(([name, { type }]) => `${quotedName(name)} ${type}`);
  return `file('${path}', RowBinary, '${types.join(", ").replace(/[\\']/g, "\\$&")}')`;
}

function quotedName(name: string): string {
  return `\`${name.replace(/[\\`]/g, "\\$&")}\``;
}

function cell(type: string, value: number | bigint | string | null): Uint8Array {
  const inner = /^Nullable\((.*)\)$/.exec(type)?.[1];
  if (inner !== undefined)
    return value === null ? Uint8Array.of(1) : Buffer.concat([Uint8Array.of(0), cell(inner, value)]);
  const view = new DataView(new ArrayBuffer(256));
  const size = WRITE[type](view, value as never);
  return new Uint8Array(view.buffer, 0, size);
}
