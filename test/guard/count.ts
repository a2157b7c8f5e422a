/**
 * What a call does, in numbers that noise cannot change: kernels run, blocks and bytes taken in the
 * linear memories, bytes copied by typed arrays. Counted from outside: `instantiate` is mocked by
 * who imports this (see counts.test.ts), prototypes are patched for the call.
 */
import { Allocator } from "../../src/core/allocator.js";
import type { Kernels } from "../../src/core/kernels.js";

export interface Counts {
  /** Calls of kernels. */
  kernels: number;
  /** Blocks taken in a linear memory, and their bytes. */
  blocks: number;
  bytes: number;
  /** Bytes written by `set`, `copyWithin` and `slice` of typed arrays. */
  copied: number;
  /** Bytes written by their `fill`. */
  filled: number;
}

export const NOTHING: Readonly<Counts> = { kernels: 0, blocks: 0, bytes: 0, copied: 0, filled: 0 };
const counts: Counts = { ...NOTHING };

/** `kernels`, each of which counts its calls. */
export function countedKernels(kernels: Kernels): Kernels {
  const counted =
    (kernel: (...args: never[]) => unknown) =>
    (...args: never[]) => {
      counts.kernels++;
      return kernel(...args);
    };
  const entries = Object.entries(kernels).filter(([, value]) => typeof value === "function");
  return Object.fromEntries(entries.map(([name, kernel]) => [name, counted(kernel)])) as Kernels;
}

/** Elements that a method of a typed array writes, by what it was given and gave back. */
type Written = (array: Uint8Array, args: readonly unknown[], result: Uint8Array) => number;

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const METHODS: readonly [name: string, kind: "copied" | "filled", written: Written][] = [
  ["set", "copied", (_, [source]) => (source as ArrayLike<number>).length],
  ["copyWithin", "copied", ({ length }, [, start, end = length]) => (end as number) - (start as number)],
  ["slice", "copied", (_array, _args, result) => result.length],
  ["fill", "filled", ({ length }, [, start = 0, end = length]) => (end as number) - (start as number)],
];

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Replaces `holder[name]` by a method that reports its calls; returns what puts the old one back.
 */
function watch(
  holder: object,
  name: string,
  report: (array: Uint8Array, args: readonly unknown[], result: never) => void,
): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(holder, name)!;
  const method = descriptor.value as Method;
  const watched: Method = function (...args) {
    const result = method.apply(this, args);
    report(this as Uint8Array, args, result as never);
    return result;
  };
  Object.defineProperty(holder, name, { ...descriptor, value: watched });
  return () => Object.defineProperty(holder, name, descriptor);
}

/** What `call` does. */
export function count(call: () => unknown): Counts {
  const unwatch = [
    watch(Allocator.prototype, "take", (_allocator, _args, block: { size: number } | null) => {
      if (!block) return;
      counts.blocks++;
      counts.bytes += block.size;
    }),
    ...METHODS.map(([name, kind, written]) =>
      watch(typedArray, name, (array, args, result) => {
        counts[kind] += written(array, args, result) * array.BYTES_PER_ELEMENT;
      }),
    ),
  ];
  Object.assign(counts, NOTHING);
  try {
    call();
    return { ...counts };
  } finally {
    for (const restore of unwatch) restore();
  }
}
