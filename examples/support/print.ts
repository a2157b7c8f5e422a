/** Where a program's lines go: to the console when it is run, into a list when a test runs it. */
export type Log = (line: string) => void;

/** Python's `print`: the parts as text, joined by spaces. */
export function printer(log: Log): (...parts: unknown[]) => void {
  return (...parts) => {
    log(parts.map(String).join(" "));
  };
}

/**
 * A float as Python prints it: `3.0` where JavaScript writes `3`. For numbers of everyday size,
 * below 1e16.
 */
export function float(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** A list of floats as Python prints it: `[1.0, 2.5]`. */
export function floats(values: number[]): string {
  return `[${values.map(float).join(", ")}]`;
}

/** A shape as torch prints it, less the prefix: `Size([3, 2])`. */
export function size(shape: readonly number[]): string {
  return `Size([${shape.join(", ")}])`;
}
