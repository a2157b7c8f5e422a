/** The largest |error| and where it stands: of equal ones the first, and NaN before all others. */

/** What `Maximum` holds. */
export interface MaximumState {
  /** -1 where there is none yet. */
  readonly value: number;
  readonly index: number;
  /** How often an element with index 0 came. */
  readonly firsts: number;
}

export class Maximum {
  private value = -1;
  private index = -1;
  /**
   * Data have one first element. Where more came, shards did not say where they begin, so that an
   * index says nothing.
   */
  private firsts = 0;

  get state(): MaximumState {
    const { value, index, firsts } = this;
    return { value, index, firsts };
  }

  /** Elements [start, start + n) of all came; whether or not they count. */
  begin(start: number, n: number): void {
    if (start === 0 && n > 0) this.firsts++;
  }

  take(value: number, index: number): void {
    if (!this.isBehind(value, index)) return;
    this.value = value;
    this.index = index;
  }

  private isBehind(value: number, index: number): boolean {
    if (value === this.value || (Number.isNaN(value) && Number.isNaN(this.value))) {
      return index < this.index;
    }
    return Number.isNaN(value) || value > this.value;
  }

  merge({ value, index, firsts }: MaximumState): void {
    this.firsts += firsts;
    if (value !== -1) this.take(value, index);
  }

  reset(): void {
    this.value = this.index = -1;
    this.firsts = 0;
  }
}
