/**
 * Functions of the library as steps, to be written into a loop instead of being called there. A
 * call makes all of its constants anew, and two calls share nothing, though softplus and sigmoid
 * of one argument begin with the same exponential.
 *
 * A function has steps where it is straight-line code of vectors; the others are called.
 */
import { Reader } from "./library.js";
import { type Code, unsigned } from "./wasm.js";

/** One instruction of a body, which takes values from a stack and puts its own there. */
export type Step =
  | { readonly does: "get" | "set" | "tee"; readonly local: number }
  /** A vector as four words. */
  | { readonly does: "constant"; readonly words: readonly number[] }
  /** How far a shift goes. */
  | { readonly does: "count"; readonly count: number }
  /** An instruction by its code, which takes so many values and gives one. */
  | { readonly does: "compute"; readonly takes: number; readonly code: Code };

const END = 0x0b;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;
const I32_CONSTANT = 0x41;
/** From here on a byte of a signed number says more than itself. */
const SIGN = 0x40;
const VECTORS = 0xfd;
const CONSTANT = 0x0c;
const SHUFFLE = 0x0d;
const LANES = 16;

const through = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Instructions on vectors, by how many values they take. */
const TAKEN = new Map<number, number>();
// Complement, conversions, and |x|, -x and roots of both types.
for (const code of [0x4d, 0x5e, 0x5f, 0xe0, 0xe1, 0xe3, 0xec, 0xed, 0xef, 0xfa]) TAKEN.set(code, 1);
// Shuffles, comparisons, bits, and arithmetic of i32x4, i64x2, f32x4 and f64x2.
const BINARY = [
  [SHUFFLE, 0xae, 0xb1, 0xce, 0xd1],
  through(0x37, 0x4c),
  through(0x4e, 0x51),
  through(0xab, 0xad),
  through(0xcb, 0xcd),
  through(0xe4, 0xeb),
  through(0xf0, 0xf7),
];
for (const code of BINARY.flat()) TAKEN.set(code, 2);
// Selection by bits.
TAKEN.set(0x52, 3);

/** The next step; null for what can be none, as branches and calls. */
function stepOf(reader: Reader, code: number): Step | null {
  switch (code) {
    case LOCAL_GET:
      return { does: "get", local: reader.number() };
    case LOCAL_SET:
      return { does: "set", local: reader.number() };
    case LOCAL_TEE:
      return { does: "tee", local: reader.number() };
    case I32_CONSTANT: {
      const count = reader.byte();
      return count < SIGN ? { does: "count", count } : null;
    }
    case VECTORS:
      return vectorStepOf(reader);
    default:
      return null;
  }
}

function vectorStepOf(reader: Reader): Step | null {
  const code = reader.number();
  if (code === CONSTANT) {
    const { buffer, byteOffset } = reader.take(LANES);
    const view = new DataView(buffer, byteOffset, LANES);
    return { does: "constant", words: [0, 4, 8, 12].map((at) => view.getInt32(at, true)) };
  }
  const takes = TAKEN.get(code);
  if (takes === undefined) return null;
  const operands = code === SHUFFLE ? Array.from(reader.take(LANES)) : [];
  return { does: "compute", takes, code: [VECTORS, unsigned(code), operands] };
}

function read(body: Uint8Array): readonly Step[] | null {
  const reader = new Reader(body, 0);
  for (let groups = reader.number(); groups > 0; groups--) {
    reader.number();
    reader.byte();
  }
  const steps: Step[] = [];
  for (let code = reader.byte(); code !== END; code = reader.byte()) {
    const step = stepOf(reader, code);
    if (!step) return null;
    steps.push(step);
  }
  return reader.atEnd ? steps : null;
}

const known = new WeakMap<Uint8Array, readonly Step[] | null>();

/** The steps of a function's body, as the library has it; null where it is to be called. */
export function stepsOf(body: Uint8Array): readonly Step[] | null {
  let steps = known.get(body);
  if (steps === undefined) known.set(body, (steps = read(body)));
  return steps;
}

/**
 * Does the steps with the function's inputs: `vector` gives what reads a constant, and `keep` what
 * reads the result of an instruction.
 */
export function unfold(
  steps: readonly Step[],
  inputs: readonly Code[],
  vector: (words: readonly number[]) => Code,
  keep: (value: Code) => Code,
): Code {
  const locals = [...inputs];
  const stack: Code[] = [];
  for (const step of steps) {
    switch (step.does) {
      case "get":
        stack.push(locals[step.local]);
        break;
      case "set":
        locals[step.local] = stack.pop()!;
        break;
      case "tee":
        locals[step.local] = stack[stack.length - 1];
        break;
      case "constant":
        stack.push(vector(step.words));
        break;
      case "count":
        stack.push([I32_CONSTANT, step.count]);
        break;
      case "compute":
        stack.push(keep([stack.splice(stack.length - step.takes), step.code]));
    }
  }
  return stack[0];
}
