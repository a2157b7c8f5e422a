import Table from "cli-table3";

/**
 * Rows as a table of text: the first two columns are names, the others numbers, aligned to the
 * right.
 */
export function table(head: string[], rows: string[][]): string {
  const numbers = head.slice(2).map(() => "right" as const);
  const result = new Table({
    head,
    colAligns: ["left", "left", ...numbers],
    style: { head: [], border: [], compact: true },
  });
  result.push(...rows);
  return result.toString();
}
