/** Reports and pictures as files. What draws them is loaded only for those who ask. */
import { writeFileSync } from "node:fs";
import type { Evaluated } from "../evaluation/evaluate.js";
import { InputError, visible } from "../input-error.js";

/** Where a report and a picture go. */
export interface Drawn {
  readonly report?: string;
  readonly plot?: string;
}

/** Writes what was asked for, of what was gathered, and says so in a line for each. */
export async function writeDrawn({ report, plot }: Drawn, { tally, result }: Evaluated): Promise<string[]> {
  const { picture } = tally;
  if (!picture) return [];
  const written: string[] = [];
  if (report !== undefined) {
    const { evaluationReport } = await import("./evaluation-report.js");
    written.push(writeFile(report, evaluationReport(picture, result)));
  }
  if (plot !== undefined) {
    const { plotOf, pngOf } = await import("./plots/sheet.js");
    const svg = plotOf(picture);
    written.push(writeFile(plot, /\.png$/i.test(plot) ? await pngOf(svg) : svg));
  }
  return written;
}

/** Writes a file, and returns the line that says so. @throws InputError where it cannot */
export function writeFile(path: string, content: string | Uint8Array): string {
  try {
    writeFileSync(path, content);
    return `wrote ${visible(path)}`;
  } catch (error) {
    throw new InputError(`${path}: cannot be written: ${(error as Error).message}`);
  }
}
