import type { Shape } from "../ndarray/shape.js";

/** The index in each dimension of the element that comes at `place` in row-major order. */
export function indexOf(shape: Shape, place: number): number[] {
  const index = new Array<number>(shape.length);
  let rest = place;
  for (let d = shape.length - 1; d >= 0; d--) {
    index[d] = rest % shape[d];
    rest = (rest - index[d]) / shape[d];
  }
  return index;
}

/** The index along `axis` of the element that comes at a place. */
export function indexAlong(shape: Shape, axis: number): (place: number) => number {
  let inner = 1;
  for (let d = axis + 1; d < shape.length; d++) inner *= shape[d];
  const size = shape[axis];
  return (place) => Math.floor(place / inner) % size;
}
