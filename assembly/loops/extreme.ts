/**
 * The largest or smallest numbers along one dimension of an array of shape [outer, length, inner], length > 0, and where
 * they stand. Of equal numbers, and of NaNs, which count as the most extreme of all, the first is taken: torch's rule.
 * `indices` may be 0: then nobody wants them.
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
  let best = load<C>(x);
  let at = 0;
  for (let l = 1; l < length; l++) {
    const candidate = load<C>(x + <usize>l * sizeof<C>());
    const better = beats<C>(candidate, best, largest);
    best = select<C>(candidate, best, better);
    at = select<i32>(l, at, better);
  }
  store<C>(value, best);
  if (index) store<i64>(index, at);
}

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
  for (let l = 1; l < length; l++) {
    x += rowBytes;
    for (let i: usize = 0; i < <usize>inner; i++) {
      const candidate = load<C>(x + i * sizeof<C>());
      const best = load<C>(values + i * sizeof<C>());
      const better = beats<C>(candidate, best, largest);
      store<C>(values + i * sizeof<C>(), select<C>(candidate, best, better));
      if (indices) {
        const at = indices + (i << 3);
        store<i64>(at, select<i64>(l, load<i64>(at), better));
      }
    }
  }
}
