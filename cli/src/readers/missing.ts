/** How an error says that missing cells may be left out. */
export const MISSING_WAY = "--nan omit leaves out pairs with a missing cell, and counts them";

/** What is told of missing cells that were left to the metrics. */
export function missingNote(count: number): string {
  return `${counted(count, "cell")} missing, and NaN in their place`;
}

export function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what} is` : `${count.toLocaleString("en")} ${what}s are`;
}
