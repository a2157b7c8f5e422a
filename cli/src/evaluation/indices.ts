/** Which index in each dimension the element has that comes at `place`. */
export function indexIn(shape: readonly number[] | null, order: "C" | "F", place: number): number[] {
  if (shape === null || shape.length === 0) return shape === null ? [place] : [];
  const lengths = order === "C" ? [...shape].reverse() : shape;
  let rest = place;
  const indices = lengths.map((length) => {
    const index = rest % length;
    rest = (rest - index) / length;
    return index;
  });
  return order === "C" ? indices.reverse() : indices;
}
