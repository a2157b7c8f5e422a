import { InputError } from "../input-error.js";
import { type Elements, type Held, storedAs } from "./dtypes.js";
import { ReaderOver } from "./over.js";
import { type ArrayReader, bracketed, numelOf } from "./reader.js";

/** Such an array is held whole while its elements are put into another order. */
const MOST_BYTES = 2 ** 26;

export type Allocate = (dtype: Held, length: number) => Elements;

export type Shaped = ArrayReader & { readonly shape: readonly number[] };

/** Whether the order of the elements is the same whichever index changes fastest. */
export function isLinear(shape: readonly number[] | null): boolean {
  return shape === null || numelOf(shape) === 0 || shape.filter((length) => length > 1).length < 2;
}

/**
 * The elements of an array in Fortran's order, in that of C: for the other array that it is compared
 * with.
 *
 * @throws InputError for one of more than 64 MiB
 */
export class COrderReader extends ReaderOver<Shaped> {
  #elements: Elements | null = null;
  #at = 0;

  constructor(
    from: Shaped,
    private readonly allocate: Allocate,
  ) {
    super(from);
    const bytes = numelOf(from.shape) * storedAs(from.held).size;
    if (bytes <= MOST_BYTES) return;
    throw new InputError(
      `${from.name}: expected the order of elements that the other array has, or at most ${MOST_BYTES} bytes, got ` +
        `shape ${bracketed(from.shape)} in Fortran's order, ${bytes} bytes; save it by numpy.ascontiguousarray`,
    );
  }

  override get order(): "C" {
    return "C";
  }

  async read(into: Elements): Promise<number> {
    this.#elements ??= await this.#load();
    const piece = (this.#elements as Uint8Array).subarray(this.#at, this.#at + into.length);
    (into as Uint8Array).set(piece);
    this.#at += piece.length;
    return piece.length;
  }

  skip(count: number): Promise<void> {
    this.#at += count;
    return Promise.resolve();
  }

  async #load(): Promise<Elements> {
    const { held, shape } = this.from;
    const numel = numelOf(shape);
    // One more, so that the reader sees the end.
    const [from, to] = [numel + 1, numel].map((length) => this.allocate(held, length));
    await this.from.read(from);
    reorder(from as Uint8Array, to as Uint8Array, shape);
    return to;
  }
}

/** Elements of which the first index changes fastest, put so that the last does. */
export function reorder(from: Uint8Array, to: Uint8Array, shape: readonly number[]): void {
  const strides = shape.map((_, i) => numelOf(shape.slice(0, i)));
  const place = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < to.length; i++) {
    to[i] = from[at];
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d];
      if (++place[d] < shape[d]) break;
      at -= strides[d] * shape[d];
      place[d] = 0;
    }
  }
}
