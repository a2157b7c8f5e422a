/** A short description of any value, for error messages. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return abridged(JSON.stringify(value), value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${nameOf(value, "")}`;
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `array of length ${String(value.length)}`;
  return nameOf(value.constructor, "object");
}

/** The same of what a message tells without quotes. */
export function wordOf(value: unknown): string {
  return typeof value === "string" ? abridged(value, value) : describeValue(value);
}

/** Characters of a text that a message tells. */
const LONGEST_TEXT = 200;

function abridged(shown: string, { length }: string): string {
  if (length <= LONGEST_TEXT) return shown;
  return `${shown.slice(0, LONGEST_TEXT)}… (${length} characters)`;
}

/** The name of a function or class, which may have none, or another property of this name. */
function nameOf(value: unknown, otherwise: string): string {
  const name: unknown = (value as { name?: unknown } | null | undefined)?.name;
  return typeof name === "string" && name !== "" ? name : otherwise;
}
