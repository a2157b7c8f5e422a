/** Whatever a user may pass, and what is wrong with how a call fails. */
import { tensor, zeros } from "lossgrad";
import { observe } from "./observe.js";

const circular: unknown[] = [];
circular.push(circular);
const gone = zeros([3]);
gone.dispose();
const revoked = Proxy.revocable({}, {});
revoked.revoke();

export const JUNK: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  NaN: NaN,
  infinity: -Infinity,
  "a huge number": 1e308,
  "a negative integer": -3,
  "a fraction": 0.5,
  "-0": -0,
  "2^32": 2 ** 32,
  "a bigint": 3n,
  "a huge bigint": 2n ** 200n,
  true: true,
  "an empty string": "",
  text: "mean",
  "a symbol": Symbol("junk"),
  "a function": () => undefined,
  "an object": {},
  "an object without prototype": Object.create(null) as unknown,
  "an object of unknown options": { reducton: "sum", dims: 1 },
  "an object that throws": {
    get dtype(): never {
      throw new Error("trap");
    },
  },
  "an empty array": [],
  "nested arrays": [[1], [2]],
  "ragged arrays": [[1], [1, 2]],
  "a sparse array": Array<number>(3),
  "a circular array": circular,
  "a typed array": new Float32Array(3),
  "a view": new DataView(new ArrayBuffer(8)),
  "a date": new Date(0),
  "a map": new Map([["dim", 0]]),
  "a proxy": new Proxy([0, 1], {}),
  "a tensor": tensor([1, 2, 3]),
  "a 0-d tensor": tensor(1),
  "a tensor of another shape": zeros([2, 2]),
  "a tensor of integers": tensor([1n, 2n, 3n]),
  "a tensor of bools": tensor([true, false, true]),
  "a complex tensor": tensor([{ re: 1, im: 2 }]),
  "an empty tensor": zeros([0]),
  "a disposed tensor": gone,
};

/** Messages of the engine's own, which say nothing to a user. */
const ENGINE =
  /cannot (read|destructure|convert undefined|access|mix)|is not (a function|iterable|a constructor|an object)|not defined|internal:|call stack|memory access|divide by zero|unreachable|detached|invalid array length/i;

/** What is wrong with how `call` fails; null when it succeeds or fails as it should. */
export function complaint(call: () => unknown): string | null {
  const { error } = observe(call);
  return error === undefined ? null : complaintOf(error);
}

/** What is wrong with an error that a user sees. */
export function complaintOf(error: unknown): string | null {
  if (!(error instanceof Error)) return "threw no error";
  if (error.message === "trap") return null;
  if (!["TypeError", "RangeError", "Error"].includes(error.constructor.name))
    return `${error.name}: ${error.message}`;
  return ENGINE.test(error.message) || error.message.length < 10 ? `${error.name}: ${error.message}` : null;
}
