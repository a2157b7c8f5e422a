/**
 * An operation is a span in which the blocks that it uses stay where they are. It first asks where
 * all of its operands lie (`Storage.address`), which pins them: bringing one back may move others
 * out, but none that is pinned. Then its kernels run, and nothing more can be pinned. At its end,
 * also by an exception, nothing is pinned any more. Tensors are allocated before it, no operation
 * begins inside another, and nothing of a user's is called in between.
 *
 * Whoever breaks these rules gets an error that begins with `internal:`, at once and whatever the
 * memory looks like.
 */

/** The number of no operation; no storage ever has it. */
export const NONE = 0;

let begun = NONE;

/**
 * The number of the operation under way, by which it marks what it pins; NONE between operations.
 */
export let operation = NONE;

/** Whether operands may be pinned: one is under way, and none of its kernels has run. */
export let pinnable = false;

/** Runs `body` as an operation. */
export function operate<R>(body: () => R): R {
  if (operation !== NONE) throw new Error("internal: an operation begins inside another");
  operation = ++begun;
  pinnable = true;
  try {
    return body();
  } finally {
    operation = NONE;
    pinnable = false;
  }
}

/** Says that kernels begin to read and write. */
export function startRunning(): void {
  pinnable = false;
}

/** What is thrown where an operand is pinned and none is pinnable. */
export function pinningError(): Error {
  return new Error(
    operation === NONE
      ? "internal: an address is asked for outside of an operation"
      : "internal: an operand is pinned after kernels of its operation ran",
  );
}

/** What is thrown inside an operation, where `what` could move or free what its kernels use. */
export function betweenOperations(what: string): Error {
  return new Error(`internal: ${what} inside an operation`);
}
