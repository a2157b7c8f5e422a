/** Names and texts as ClickHouse's SQL writes them. */
import { UsageError } from "../input-error.js";

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

function within(mark: string, text: string): string {
  const escaped = text.replace(/[\\\n\r\t\0]/g, (character) => ESCAPES[character] ?? `\\${character}`);
  return `${mark}${escaped.replaceAll(mark, `\\${mark}`)}${mark}`;
}

/** The name of a column or a table, whatever characters it has. */
export function identifier(name: string): string {
  if (name === "") throw new UsageError("expected the name of a column or table, got none");
  return within("`", name);
}

export function textLiteral(text: string): string {
  return within("'", text);
}

/** A table, with its database in front if there is one: `database.table`. */
export function tableName(name: string): string {
  return name.split(".").map(identifier).join(".");
}
