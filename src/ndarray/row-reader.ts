/** Rows of numbers as a kernel of matrices reads them. */
import type { Rooms, RowTag } from "./class-rows.js";
import { type Elements, inBlocks, Source } from "./window.js";

/** Rows of numbers that are read side by side: in their place, or gathered in a room. */
export class RowReader {
  private readonly source: Source;
  private readonly room: number;
  private readonly bytes: 4 | 8;

  constructor(
    x: Elements,
    private readonly length: number,
    /** How many are read at a time. */
    most: number,
    tag: RowTag,
    slot: number,
    rooms: Rooms,
    /** Whether those that are read at a time follow each other. */
    private readonly together = true,
  ) {
    this.source = new Source(x, tag, slot);
    this.bytes = tag === "f64" ? 8 : 4;
    this.room = this.inPlace ? 0 : rooms.take(most * length * this.bytes);
  }

  private get inPlace(): boolean {
    return this.source.direct && this.together;
  }

  /** The address of rows [first, first + n) where they are together. */
  read(first: number, n: number): number {
    return this.inPlace ? this.source.read(first * this.length, n * this.length) : this.gather(first, n, 0);
  }

  /** Copies them behind the first `at` rows of the room, whose address it returns. */
  gather(first: number, n: number, at: number): number {
    const { source, length, bytes, room } = this;
    inBlocks(n * length, (start, count) => {
      const from = source.read(first * length + start, count);
      source.memory.copy(room + (at * length + start) * bytes, from, count * bytes);
    });
    return room;
  }
}
