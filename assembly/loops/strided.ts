/**
 * Copies between a flat run and elements [start, start + n) of a strided view, in row-major order of its index.
 * `table` holds, as u32: sizes[ndim], strides[ndim] (in elements), and room for index[ndim].
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
  const last = (ndim - 1) * 4;
  const rowSize = load<u32>(sizes + last);
  const rowStride = <usize>load<u32>(strides + last);
  while (n > 0) {
    const row = min(rowSize - load<u32>(index + last), n);
    let p = base + offset * sizeof<E>();
    for (let i: u32 = 0; i < row; i++) {
      if (gather) copy<E>(flat, p);
      else copy<E>(p, flat);
      flat += sizeof<E>();
      p += rowStride * sizeof<E>();
    }
    n -= row;
    if (n == 0) return;
    offset += <usize>row * rowStride;
    store<u32>(index + last, load<u32>(index + last) + row);
    // Carry: a dimension that is through goes back to 0, and the next one out advances.
    for (let d = <i32>ndim - 1; d > 0 && load<u32>(index + d * 4) == load<u32>(sizes + d * 4); d--) {
      offset -= <usize>load<u32>(sizes + d * 4) * load<u32>(strides + d * 4);
      store<u32>(index + d * 4, 0);
      store<u32>(index + d * 4 - 4, load<u32>(index + d * 4 - 4) + 1);
      offset += load<u32>(strides + d * 4 - 4);
    }
  }
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
