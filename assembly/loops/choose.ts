/**
 * out[i] = mask[i] ? x[i] : y[i], for elements of any type, of which only the size matters: bits
 * stay as they are.
 */
export function choose<E>(mask: usize, x: usize, y: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    const at = i * sizeof<E>();
    store<E>(out + at, select<E>(load<E>(x + at), load<E>(y + at), load<u8>(mask + i)));
  }
}
