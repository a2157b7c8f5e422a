/**
 * Copies between a flat run and elements [start, start + n) of a strided view, in row-major order
 * of its index. `table` holds, as u32: sizes[ndim], strides[ndim] (in elements), and room for
 * index[ndim].
 */

@inline
function walk<E>(flat: usize, base: usize, start: u32, n: u32, ndim: u32, table: usize, gather: bool): void {
  const sizes = table;
  const strides = table + ndim * 4;
  const index = strides + ndim * 4;
  let offset: usize = 0;
  for (let d = <i32>ndim - 1; d >= 0; d--) {
    const size = load<u32>(sizes + d * 4);
    store<u32>(index + d * 4, start % size);
    offset += <usize>(start % size) * load<u32>(strides + d * 4);
    start /= size;
  }
  const perVector = <u32>(16 / sizeof<E>());
  // The two innermost dimensions, rows and columns, are counted in locals: going through memory
  // costs more than a short row.
  const last = <i32>ndim - 1;
  const columns = load<u32>(sizes + last * 4);
  const step = <usize>load<u32>(strides + last * 4);
  const rows: u32 = last > 0 ? load<u32>(sizes + last * 4 - 4) : 1;
  const rowStep: usize = last > 0 ? <usize>load<u32>(strides + last * 4 - 4) : 0;
  let column = load<u32>(index + last * 4);
  let row: u32 = last > 0 ? load<u32>(index + last * 4 - 4) : 0;
  while (true) {
    let left = min(columns - column, n);
    let p = base + offset * sizeof<E>();
    n -= left;
    // A number that is repeated is read once.
    if (gather && step == 0) {
      const repeated = repeat<E>(p);
      for (; left >= perVector; left -= perVector) {
        v128.store(flat, repeated);
        flat += 16;
      }
    }
    // A row that lies contiguously goes a vector at a time.
    for (; step == 1 && left >= perVector; left -= perVector) {
      copy<v128>(gather ? flat : p, gather ? p : flat);
      flat += 16;
      p += 16;
    }
    for (; left > 0; left--) {
      copy<E>(gather ? flat : p, gather ? p : flat);
      flat += sizeof<E>();
      p += step * sizeof<E>();
    }
    if (n == 0) return;
    offset += rowStep - <usize>column * step;
    column = 0;
    if (++row < rows) continue;
    // Carry: a dimension that is through goes back to 0, and the next one out advances.
    offset -= <usize>rows * rowStep;
    row = 0;
    for (let d = last - 2; d >= 0; d--) {
      const next = load<u32>(index + d * 4) + 1;
      const stride = <usize>load<u32>(strides + d * 4);
      offset += stride;
      if (next < load<u32>(sizes + d * 4)) {
        store<u32>(index + d * 4, next);
        break;
      }
      offset -= <usize>next * stride;
      store<u32>(index + d * 4, 0);
    }
  }
}

@inline
function repeat<E>(p: usize): v128 {
  if (isVector<E>()) return v128.load(p);
  return v128.splat<E>(load<E>(p));
}

@inline
function copy<E>(to: usize, from: usize): void {
  if (isVector<E>()) v128.store(to, v128.load(from));
  else store<E>(to, load<E>(from));
}

/** flat[i] = view[start + i] */
export function gather<E>(base: usize, out: usize, start: u32, n: u32, ndim: u32, table: usize): void {
  walk<E>(out, base, start, n, ndim, table, true);
}

/** view[start + i] = flat[i] */
export function scatter<E>(flat: usize, base: usize, start: u32, n: u32, ndim: u32, table: usize): void {
  walk<E>(flat, base, start, n, ndim, table, false);
}
