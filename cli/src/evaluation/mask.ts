import type { Elements, Held } from "../readers/dtypes.js";
import { TranslatedReader } from "./translated.js";

/** What 1 is where it is not the number: of halves their bits. */
const ONE: Partial<Record<Held, number | bigint>> = { bfloat16: 0x3f80, float16: 0x3c00, int64: 1n };

/**
 * The bytes of a mask: booleans and bytes as they are, and numbers of other dtypes, such as those of
 * a column, where each is 0 or 1.
 */
export class MaskReader extends TranslatedReader {
  override get held(): "uint8" {
    return "uint8";
  }

  override read(into: Elements): Promise<number> {
    return this.from.held === "uint8" ? this.from.read(into) : super.read(into);
  }

  protected translate(elements: Elements, count: number, into: Elements): void {
    const { held } = this.from;
    const numbers = elements as Float64Array | BigInt64Array;
    const bytes = into as Uint8Array;
    const one = ONE[held] ?? 1;
    for (let i = 0; i < count; i++) {
      const number = numbers[i];
      if (number !== one && Number(number) !== 0) {
        const got = held === "float16" || held === "bfloat16" ? "another number" : String(number);
        throw this.refused(i, "a mask of 0 and 1", got);
      }
      bytes[i] = number === one ? 1 : 0;
    }
  }
}
