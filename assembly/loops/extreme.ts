/**
 * The largest or smallest numbers along one dimension of an array of shape [outer, length, inner],
 * length > 0, and where they stand. Of equal numbers, and of NaNs, which count as the most extreme
 * of all, the first is taken: torch's rule. `indices` may be 0: then nobody wants them.
 */

/** Whether `x` comes before `best`, which stands earlier. */
@inline
function beats<C>(x: C, best: C, largest: bool): bool {
  const further = largest ? x > best : x < best;
  if (!isFloat<C>()) return further;
  // Without branches, which random numbers would mislead.
  return further | ((x != x) & (best == best));
}

export function extreme<C>(
  x: usize,
  values: usize,
  indices: usize,
  outer: i32,
  length: i32,
  inner: i32,
  largest: bool,
): void {
  for (; outer > 0; outer--) {
    if (inner == 1) alongRow<C>(x, values, indices, length, largest);
    else alongColumns<C>(x, values, indices, length, inner, largest);
    x += <usize>length * inner * sizeof<C>();
    values += <usize>inner * sizeof<C>();
    if (indices) indices += (<usize>inner) << 3;
  }
}

@inline
function alongRow<C>(x: usize, value: usize, index: usize, length: i32, largest: bool): void {
  let best = extremeOf<C>(x, length, largest);
  // Which of equal zeros or of NaNs is the first, lanes do not say.
  if (index || best == 0 || best != best) {
    let at = 0;
    for (; !isSame<C>(load<C>(x), best); at++) x += sizeof<C>();
    best = load<C>(x);
    if (index) store<i64>(index, at);
  }
  store<C>(value, best);
}

@inline
function isSame<C>(a: C, b: C): bool {
  return (a == b) | ((a != a) & (b != b));
}

/** An extreme of n numbers. */
@inline
function extremeOf<C>(x: usize, n: i32, largest: bool): C {
  let best = load<C>(x);
  const width = 16 / sizeof<C>();
  if (isFloat<C>() && n >= width) {
    let a = v128.load(x);
    let b = a;
    for (; n >= 2 * width; n -= 2 * width) {
      a = further<C>(v128.load(x), a, largest);
      b = further<C>(v128.load(x, 16), b, largest);
      x += 32;
    }
    a = further<C>(b, a, largest);
    a = further<C>(i64x2.shuffle(a, a, 1, 0), a, largest);
    if (sizeof<C>() == 4) a = further<C>(i32x4.shuffle(a, a, 1, 0, 3, 2), a, largest);
    best = v128.extract_lane<C>(a, 0);
  }
  for (; n > 0; n--) {
    const candidate = load<C>(x);
    best = select<C>(candidate, best, beats<C>(candidate, best, largest));
    x += sizeof<C>();
  }
  return best;
}

/** `x` in the lanes where it beats `best`, which stays in the others. */
@inline
function further<C>(x: v128, best: v128, largest: bool): v128 {
  const beyond = largest ? v128.gt<C>(x, best) : v128.lt<C>(x, best);
  const isFirstNaN = v128.andnot(v128.ne<C>(x, x), v128.ne<C>(best, best));
  return v128.bitselect(x, best, v128.or(beyond, isFirstNaN));
}

/** Columns whose results stay in a first-level cache. */
const STRIPE: i32 = 1024;

/** Row after row, as they lie in memory; what is best so far stands in the results. */
@inline
function alongColumns<C>(
  x: usize,
  values: usize,
  indices: usize,
  length: i32,
  inner: i32,
  largest: bool,
): void {
  const rowBytes = <usize>inner * sizeof<C>();
  memory.copy(values, x, rowBytes);
  if (indices) memory.fill(indices, 0, (<usize>inner) << 3);
  for (let stripe = 0; stripe < inner; stripe += STRIPE) {
    const columns = min(STRIPE, inner - stripe);
    const first = <usize>stripe * sizeof<C>();
    for (let l = 1; l < length; l++) {
      const from = x + first + <usize>l * rowBytes;
      if (indices)
        rowWithIndices<C>(from, values + first, indices + ((<usize>stripe) << 3), l, columns, largest);
      else rowOfValues<C>(from, values + first, columns, largest);
    }
  }
}

function rowOfValues<C>(x: usize, values: usize, columns: i32, largest: bool): void {
  const width = 16 / sizeof<C>();
  let i: usize = 0;
  const end = <usize>columns * sizeof<C>();
  if (isFloat<C>()) {
    for (; columns >= width; columns -= width) {
      v128.store(values + i, further<C>(v128.load(x + i), v128.load(values + i), largest));
      i += 16;
    }
  }
  for (; i < end; i += sizeof<C>()) {
    const candidate = load<C>(x + i);
    const best = load<C>(values + i);
    store<C>(values + i, select<C>(candidate, best, beats<C>(candidate, best, largest)));
  }
}

function rowWithIndices<C>(
  x: usize,
  values: usize,
  indices: usize,
  l: i32,
  columns: i32,
  largest: bool,
): void {
  for (let i: usize = 0; i < <usize>columns; i++) {
    const candidate = load<C>(x + i * sizeof<C>());
    const best = load<C>(values + i * sizeof<C>());
    const better = beats<C>(candidate, best, largest);
    store<C>(values + i * sizeof<C>(), select<C>(candidate, best, better));
    const at = indices + (i << 3);
    store<i64>(at, select<i64>(l, load<i64>(at), better));
  }
}
