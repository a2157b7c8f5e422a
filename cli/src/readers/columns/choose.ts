import { InputError, listed, quoted } from "../../input-error.js";

/** What pandas calls a column that keeps the index of its rows. */
const INDEX = /^__index_level_\d+__$/;

/**
 * The place of the column to read, by its name or by its place, such as "#2"; without a wish that of
 * the only one.
 *
 * @throws InputError where that leaves it open
 */
export function chooseColumn(path: string, names: readonly string[], wish: string | undefined): number {
  if (wish === undefined) return onlyColumn(path, names);
  const index = names.indexOf(wish);
  if (index >= 0) {
    if (!names.includes(wish, index + 1)) return index;
    const way = `choose one by its place, such as --column "#${index + 1}"`;
    throw new InputError(`${path}: expected one column ${quoted(wish)}, got several of that name; ${way}`);
  }
  const place = /^#([1-9]\d{0,8})$/.exec(wish)?.[1];
  if (place !== undefined && Number(place) <= names.length) return Number(place) - 1;
  throw new InputError(`${path}: no column ${quoted(wish)}; the file has ${listed(names)}`);
}

function onlyColumn(path: string, names: readonly string[]): number {
  const data = names.flatMap((name, i) => (INDEX.test(name) ? [] : [i]));
  if (data.length === 1) return data[0];
  if (names.length === 0) throw new InputError(`${path}: expected a column at least, got none`);
  throw new InputError(
    `${path}: expected one column, got ${names.length}: ${listed(names)}; choose one with --column`,
  );
}
