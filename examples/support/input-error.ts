/** Something is wrong with what the user gave: told in one line, without a stack. */
export class InputError extends Error {
  override name = "InputError";
}
