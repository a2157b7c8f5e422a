/**
 * Elements in one block of a sum, and in one window. Sums depend on it: blocks start at its
 * multiples, and the exact sum of the blocks is the result. 16 Ki f32 are 64 KiB: two operands and
 * a result stay in a second-level cache, and a kernel call (20 ns) is 1 % of a block's time.
 */
export const BLOCK = 16384;
