/**
 * Which windows of the memory (core/memory.ts) the run of a program uses. Windows are made when
 * they are first needed; between operations nothing of them is kept.
 */

/** The numbers, each in all lanes of 16 bytes. */
export const NUMBERS = 0;
/** The terms of a block. */
export const TERMS = 1;
/** The sums of rows. */
export const SUMS = 2;
/**
 * What the interpreter has between its instructions, in two windows; a program that needs more has
 * them behind all others.
 */
export const REGISTERS = 3;
export const REGISTER_WINDOWS = 2;
/** The first operand's slot: a slot is two windows, see ndarray/window.ts. */
export const FIRST_SLOT = 3;

/**
 * The first slot of a sum over terms that are computed when they are read, and of those terms'
 * second reading.
 */
export const SUMS_SLOT = 256;
export const SECOND_SLOT = 512;
/** Operands, outputs, and instructions that leave these slots alone. */
export const MOST_WITH_SUMS = 100;
export const MOST_CODE_WITH_SUMS = 1000;
