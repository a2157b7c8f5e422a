import { InputError } from "../input-error.js";
import { type Allocate, COrderReader, isLinear, type Shaped } from "../readers/c-order.js";
import { type ArrayReader, bracketed } from "../readers/reader.js";

/** Arrays whose elements belong together, one by one, as they come. */
export interface Pairing {
  readonly readers: readonly ArrayReader[];
  /** How many elements of each belong together: 1, or as many as a row of predictions has. */
  readonly widths: readonly number[];
  /** The shape that they are compared in; null where only the end tells how long they are. */
  readonly shape: readonly number[] | null;
  readonly order: "C" | "F";
  readonly notes: readonly string[];
}

/**
 * Pairs arrays of one shape. Dimensions of 1 tell nothing of the order of elements: what differs by
 * them alone, as a network's [n, 1] and a column's [n], is compared in the shorter one.
 *
 * @throws InputError for arrays of different shapes
 */
export function paired(readers: readonly ArrayReader[], allocate: Allocate): Pairing {
  const notes: string[] = [];
  const widths = readers.map(() => 1);
  const shape = readers
    .slice(1)
    .reduce((common, reader) => commonShape(readers[0], common, reader, notes), readers[0].shape);
  if (isLinear(shape)) return { readers, widths, shape, order: "C", notes };
  const inFortran = readers.filter(({ order }) => order === "F");
  if (inFortran.length === readers.length) return { readers, widths, shape, order: "F", notes };
  const inC = readers.map((reader) =>
    reader.order === "F" ? new COrderReader(reader as Shaped, allocate) : reader,
  );
  return { readers: inC, widths, shape, order: "C", notes };
}

function commonShape(
  first: ArrayReader,
  common: readonly number[] | null,
  reader: ArrayReader,
  notes: string[],
): readonly number[] | null {
  const { shape } = reader;
  // Where the shape shows at the end, the number of elements is compared there.
  if (common === null || shape === null)
    return isLinear(common) && isLinear(shape) ? (common ?? shape) : refuse(first, common, reader);
  if (bracketed(common) === bracketed(shape)) return common;
  const squeezed = [common, shape].map((one) => bracketed(one.filter((length) => length !== 1)));
  if (squeezed[0] !== squeezed[1]) return refuse(first, common, reader);
  const shorter = common.length <= shape.length ? common : shape;
  notes.push(
    `shapes ${bracketed(common)} and ${bracketed(shape)} differ in dimensions of 1 only; compared as ${bracketed(shorter)}`,
  );
  return shorter;
}

function refuse(first: ArrayReader, common: readonly number[] | null, reader: ArrayReader): never {
  const [one, other] = [common, reader.shape].map((shape) => (shape ? bracketed(shape) : "a single column"));
  throw new InputError(
    `expected arrays of one shape, got ${one} (${first.name}) and ${other} (${reader.name})`,
  );
}
