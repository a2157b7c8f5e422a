/**
 * Which windows of the memory (core/memory.ts) the run of a program uses. Windows are made when they are first needed; between
 * operations nothing of them is kept.
 */

/** The numbers, each in all lanes of 16 bytes. */
export const NUMBERS = 0;
/** The terms of a block. */
export const TERMS = 1;
/** The sums of rows. */
export const SUMS = 2;
/** What the interpreter has between its instructions, in two windows; a program that needs more has them behind all others. */
export const REGISTERS = 3;
export const REGISTER_WINDOWS = 2;
/** The first operand's slot: a slot is two windows, see ndarray/window.ts. */
export const FIRST_SLOT = 3;
