/** Names and texts as ClickHouse's SQL writes them. */
import { HIDDEN, UsageError } from "../input-error.js";

/** A text in quotes: what a terminal would obey or hide is written as the bytes of its UTF-8. */
function within(mark: string, text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replace(HIDDEN, bytesOf);
  return `${mark}${escaped.replaceAll(mark, `\\${mark}`)}${mark}`;
}

function bytesOf(character: string): string {
  const bytes = [...new TextEncoder().encode(character)];
  return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
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
