import { allocate } from "lossgrad/arrays";
import type { Metrics, MetricsJSON } from "lossgrad/metrics";
import { MOST_GROUPS, tooManyGroups } from "../readers/columns/labels.js";
import type { Elements } from "../readers/dtypes.js";
import type { ArrayReader } from "../readers/reader.js";
import type { Chunk } from "./chunks.js";
import { numbersOf } from "../readers/numbers.js";

/** Metrics of the pairs of each group, which a column tells. */
export class Groups {
  readonly #metrics = new Map<string, Metrics>();

  constructor(
    private readonly make: () => Metrics,
    /** The name of the column, for messages. */
    private readonly column: string,
  ) {}

  get entries(): readonly (readonly [string, Metrics])[] {
    return [...this.#metrics];
  }

  /** Takes a chunk whose last array has what tells the groups. */
  take(chunk: Chunk, readers: readonly ArrayReader[], update: (metrics: Metrics, part: Chunk) => void): void {
    const last = readers.length - 1;
    const { labels } = readers[last];
    const [codes, held] = [chunk.elements[last], chunk.held[last]];
    const { ends, order } = sorted(held === "int64" ? (codes as BigInt64Array) : numbersOf(codes, held));
    const gathered = chunk.elements.slice(0, last).map((elements, i) => {
      const to = allocate(chunk.held[i], elements.length) as Elements;
      copyInOrder(elements as Uint8Array, order, to as Uint8Array);
      return to;
    });
    const groups = [...ends].map(
      ([code, end]) => [labels ? labels[Number(code)] : String(code), end] as const,
    );
    this.#checkCount(groups.map(([label]) => label));
    let start = 0;
    for (const [label, end] of groups) {
      const elements = gathered.map((one) => {
        const width = one.length / chunk.length;
        return (one as Uint8Array).subarray(start * width, end * width);
      });
      update(this.#of(label), { ...chunk, offset: 0, length: end - start, elements });
      start = end;
    }
  }

  merge(groups: readonly (readonly [string, Metrics])[]): void {
    this.#checkCount(groups.map(([label]) => label));
    for (const [label, metrics] of groups) this.#of(label).merge(metrics);
  }

  toJSON(): [string, MetricsJSON][] {
    return this.entries.map(([label, metrics]) => [label, metrics.toJSON()]);
  }

  #checkCount(labels: readonly string[]): void {
    const others = labels.filter((label) => !this.#metrics.has(label)).length;
    if (this.#metrics.size + others <= MOST_GROUPS) return;
    throw tooManyGroups(this.column);
  }

  #of(label: string): Metrics {
    const known = this.#metrics.get(label);
    if (known) return known;
    const made = this.make();
    this.#metrics.set(label, made);
    return made;
  }
}

/** Copies elements, or rows where there are several for each place, from their places in `order`. */
function copyInOrder(from: Uint8Array, order: Uint32Array, to: Uint8Array): void {
  const width = from.length / order.length;
  if (width === 1) order.forEach((place, at) => (to[at] = from[place]));
  else order.forEach((place, at) => to.set(from.subarray(place * width, (place + 1) * width), at * width));
}

/** The places of elements, those of equal ones together, and where each kind ends. */
function sorted(codes: Iterable<number | bigint> & ArrayLike<number | bigint>): {
  ends: Map<number | bigint, number>;
  order: Uint32Array;
} {
  const counts = new Map<number | bigint, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const next = new Map<number | bigint, number>();
  let total = 0;
  for (const [code, count] of counts) {
    next.set(code, total);
    total += count;
  }
  const order = new Uint32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const at = next.get(codes[i])!;
    order[at] = i;
    next.set(codes[i], at + 1);
  }
  return { ends: next, order };
}
