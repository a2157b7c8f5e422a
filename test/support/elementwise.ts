/**
 * An elementwise kernel held against expected numbers: operands between sentinels, at every
 * alignment that their elements allow within 16 bytes, in place, and at the end of the memory.
 */
import { backend, type Backend, GUARD, isAtEveryAlignment, read, show, wordsOf } from "./kernels.js";
import type { Stored, Tag, Words } from "./kernels.js";

/** What an elementwise kernel is to do with given operands. */
interface Elementwise {
  inputs: readonly { tag: Tag; stored: Stored }[];
  output: { tag: Tag; expected: Stored };
  call: (kernels: Backend["kernels"], inputs: readonly number[], out: number) => void;
  /** Also with the output in place of each input of its type. */
  inPlace: boolean;
  /** At one alignment of each operand only. */
  once?: boolean;
}

/**
 * What goes wrong first, in words; null when all is well, at every alignment of lengths that have
 * their turn.
 */
export function checkElementwise(asked: Elementwise): string | null {
  const once = asked.once === true || !isAtEveryAlignment(asked.output.expected.length);
  const check = new ElementwiseCheck({ ...asked, once });
  const problem = check.apart() ?? (asked.inPlace ? check.inPlace() : null) ?? check.atEnd();
  return problem && `${backend.name}: ${problem}`;
}

/** Calls `visit` with every combination of element-aligned offsets below 16 bytes, or with one. */
function forEachAlignment(
  sizes: readonly number[],
  once: boolean,
  visit: (offsets: number[]) => string | null,
): string | null {
  const offsets = sizes.map((size) => (once ? size % 16 : 0));
  for (;;) {
    const problem = visit(offsets);
    if (problem) return `${problem}, at offsets ${offsets.join(", ")}`;
    if (once) return null;
    let i = sizes.length - 1;
    while (i >= 0 && offsets[i] + sizes[i] >= 16) offsets[i--] = 0;
    if (i < 0) return null;
    offsets[i] += sizes[i];
  }
}

/**
 * The memory is cut into regions of one length, for the inputs and the output in turn; each lies in
 * its region behind the guard and its offset.
 */
class ElementwiseCheck {
  private readonly region: number;
  private readonly inputSizes: number[];
  private readonly inputWords: Words[];
  private readonly expectedWords: Words;

  constructor(private readonly asked: Elementwise) {
    const { inputs, output } = asked;
    const bytes = Math.max(output.expected.byteLength, ...inputs.map(({ stored }) => stored.byteLength));
    this.region = Math.ceil((bytes + 2 * GUARD + 16) / 64) * 64;
    this.inputSizes = inputs.map(({ stored }) => stored.BYTES_PER_ELEMENT);
    this.inputWords = inputs.map(({ stored }) => wordsOf(stored));
    this.expectedWords = wordsOf(output.expected);
  }

  /** With the output in a region of its own. */
  apart(): string | null {
    const { region } = this;
    const { inputs, output, call, once = false } = this.asked;
    const sizes = [...this.inputSizes, output.expected.BYTES_PER_ELEMENT];
    // The regions of the operands, and as much again.
    const watched = 2 * sizes.length * region;
    backend.fill(0, watched);
    const problem = forEachAlignment(sizes, once, (offsets) => {
      const addresses = this.writeInputs(offsets);
      const out = inputs.length * region + GUARD + offsets[inputs.length];
      backend.fill(inputs.length * region, region);
      call(backend.kernels, addresses, out);
      for (const [i, { tag, stored }] of inputs.entries()) {
        const at = backend.firstDifference(tag, addresses[i], stored, this.inputWords[i]);
        if (at >= 0) return `operand ${i} was changed at [${at}]`;
      }
      return this.compare(out);
    });
    if (problem) return problem;
    backend.fill(0, sizes.length * region);
    return backend.isBlank(watched) ? null : "memory beside the operands was written";
  }

  /** With the output in place of each input in turn. */
  inPlace(): string | null {
    const { region } = this;
    const { inputs, output, call, once = false } = this.asked;
    for (const [target, { tag }] of inputs.entries()) {
      if (tag !== output.tag) continue;
      const problem = forEachAlignment(this.inputSizes, once, (offsets) => {
        backend.fill(target * region, region);
        const addresses = this.writeInputs(offsets);
        call(backend.kernels, addresses, addresses[target]);
        return this.compare(addresses[target]);
      });
      if (problem) return `in place of operand ${target}: ${problem}`;
    }
    return null;
  }

  /** With each operand in turn at the end of the memory: whoever reads or writes past it traps. */
  atEnd(): string | null {
    const { region } = this;
    const { inputs, output, call } = this.asked;
    for (let last = 0; last <= inputs.length; last++) {
      const { length } = backend.bytes;
      const addresses = this.writeInputs(this.inputSizes.map(() => 0));
      let out = inputs.length * region;
      if (last === inputs.length) out = length - output.expected.byteLength;
      else addresses[last] = length - inputs[last].stored.byteLength;
      if (last < inputs.length) backend.write(addresses[last], inputs[last].stored);
      try {
        call(backend.kernels, addresses, out);
      } catch (error) {
        return `operand ${last} at the end of the memory: ${String(error)}`;
      }
      const at = backend.firstDifference(output.tag, out, output.expected);
      if (at >= 0) return `operand ${last} at the end of the memory: [${at}] differs`;
    }
    return null;
  }

  private writeInputs(offsets: readonly number[]): number[] {
    return this.asked.inputs.map(({ stored }, i) => {
      const address = i * this.region + GUARD + offsets[i];
      backend.write(address, stored, this.inputWords[i]);
      return address;
    });
  }

  private compare(out: number): string | null {
    const { inputs, output } = this.asked;
    const { tag, expected } = output;
    const at = backend.firstDifference(tag, out, expected, this.expectedWords);
    if (at >= 0) {
      const [found] = read(tag, backend.readAt(tag, out + at * expected.BYTES_PER_ELEMENT, 1));
      const operands = inputs.map((input) => show(read(input.tag, input.stored)[at])).join(", ");
      return `[${at}] of ${expected.length}: ${show(found)}, expected ${show(read(tag, expected)[at])} of (${operands})`;
    }
    const before = backend.firstTouched(out - GUARD, GUARD);
    if (before >= 0) return `byte ${before - out} before an output of length ${expected.length} was written`;
    const after = backend.firstTouched(out + expected.byteLength, GUARD);
    return after < 0
      ? null
      : `byte ${after - out} past an output of ${expected.byteLength} bytes was written`;
  }
}
