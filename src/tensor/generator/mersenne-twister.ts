const SIZE = 624;
const SHIFT = 397;

/**
 * MT19937 (Matsumoto and Nishimura 1998, seeding of 2002): 32-bit integers with period 2^19937 - 1.
 */
export class MersenneTwister {
  private readonly state = new Int32Array(SIZE);
  private position = SIZE;

  /** Starts over from the lowest 32 bits of `seed`. */
  seed(seed: number): void {
    const state = this.state;
    state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
    this.position = SIZE;
  }

  /** The next integer of [0, 2^32). */
  next(): number {
    if (this.position === SIZE) this.advance();
    let y = this.state[this.position++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  private advance(): void {
    const state = this.state;
    for (let i = 0; i < SIZE; i++) {
      const mixed = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + SHIFT) % SIZE] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.position = 0;
  }
}
