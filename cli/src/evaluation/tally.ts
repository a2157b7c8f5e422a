import { Metrics, type MetricsJSON, type UpdateOptions } from "lossgrad/metrics";
import type { Picture, PictureJSON } from "../picture/picture.js";
import type { Elements } from "../readers/dtypes.js";
import type { ArrayReader } from "../readers/reader.js";
import type { Chunk } from "./chunks.js";
import { Groups } from "./groups.js";
import type { OutputLayout } from "./layout.js";
import { type Asked, metricsOf } from "./metrics.js";
import { type Pair, Worst } from "./worst.js";

/** What is computed of the data. */
export interface Request {
  readonly asked: Asked;
  readonly nan?: "propagate" | "omit" | "error";
  /** Compute a result for each index of this dimension. */
  readonly perOutput?: number;
  /** How many of the pairs with the largest errors are told. */
  readonly worst: number;
  /** The name of the column that tells the groups, for messages; null without groups. */
  readonly by: string | null;
  /** Whether what a report draws is gathered too. */
  readonly drawn: boolean;
}

/** What a tally knows, as a state holds it. */
export interface TallyJSON {
  readonly metrics: MetricsJSON;
  readonly worst: readonly Pair[];
  readonly groups: readonly (readonly [string, MetricsJSON])[];
  readonly picture: PictureJSON | null;
}

/** What is known of the pairs that came: it merges with that of others, in any order. */
export class Tally {
  readonly metrics: Metrics;
  readonly groups: Groups | null;
  #picture: Picture | null;
  readonly #worst: Worst;

  constructor(
    readonly request: Request,
    private readonly options: OutputLayout["options"],
    /** What a report draws is gathered there, where it is asked for. */
    picture: Picture | null = null,
  ) {
    const { worst, nan, by } = request;
    const make = (): Metrics => this.#make();
    this.metrics = make();
    this.#worst = new Worst(worst, nan);
    this.groups = by === null ? null : new Groups(make, by);
    this.#picture = picture;
  }

  /** What a report draws, where it is asked for and known of all pairs. */
  get picture(): Picture | null {
    return this.#picture;
  }

  get worst(): readonly Pair[] {
    return this.#worst.pairs;
  }

  /** Takes a chunk of predictions, targets, then what of weight, mask and groups there is. */
  take(
    chunk: Chunk,
    readers: readonly ArrayReader[],
    { shaped, options }: OutputLayout,
    has: { weight: boolean; mask: boolean },
  ): void {
    const [p, t, ...rest] = chunk.elements;
    const weight = has.weight ? rest.shift()! : null;
    const mask = has.mask ? rest.shift()! : null;
    const offset = chunk.offset / (options.numOutputs ?? 1);
    this.metrics.update(shaped(p), shaped(t), { weight, mask, offset } as UpdateOptions);
    this.#worst.take(chunk, mask);
    const [prediction, target] = [p, t].map((elements, i) => ({ elements, held: chunk.held[i] }));
    this.picture?.take(prediction, target, chunk.offset, mask as Uint8Array | null);
    this.groups?.take(chunk, readers, (metrics, { elements }) => {
      updateGroup(metrics, elements, has);
    });
  }

  merge({ metrics, worst, groups, picture }: TallyJSON): void {
    const fused = this.request.asked.made.flatMap((loss) => loss.fused ?? []);
    const read = (json: MetricsJSON): Metrics => Metrics.fromJSON(json, fused);
    this.metrics.merge(read(metrics));
    this.#worst.merge(worst);
    this.groups?.merge(groups.map(([label, json]) => [label, read(json)]));
    if (picture) this.#picture?.merge(picture);
    else this.#picture = null;
  }

  toJSON(): TallyJSON {
    const [groups, picture] = [this.groups?.toJSON() ?? [], this.picture?.toJSON() ?? null];
    return { metrics: this.metrics.toJSON(), worst: this.worst, groups, picture };
  }

  #make(): Metrics {
    const { asked, nan } = this.request;
    return new Metrics(metricsOf(asked, { nan, ...this.options }));
  }
}

function updateGroup(
  metrics: Metrics,
  [p, t, ...rest]: readonly Elements[],
  has: { weight: boolean; mask: boolean },
): void {
  const weight = has.weight ? rest.shift()! : null;
  const mask = has.mask ? rest.shift()! : null;
  metrics.update(p as never, t as never, { weight, mask } as UpdateOptions);
}
