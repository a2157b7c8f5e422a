/** A short description of any value, for error messages. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${nameOf(value, "")}`;
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `array of length ${String(value.length)}`;
  return nameOf(value.constructor, "object");
}

/** The name of a function or class, which may have none, or another property of this name. */
function nameOf(value: unknown, otherwise: string): string {
  const name: unknown = (value as { name?: unknown } | null | undefined)?.name;
  return typeof name === "string" && name !== "" ? name : otherwise;
}
