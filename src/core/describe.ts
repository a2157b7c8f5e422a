/** A short description of any value, for error messages. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name}`;
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `array of length ${value.length}`;
  return (value.constructor as { name?: string } | undefined)?.name ?? "object";
}
