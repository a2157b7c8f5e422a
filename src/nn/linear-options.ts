/** How the rows of a linear cross-entropy are cut into chunks. */
import { describeValue } from "../core/describe.js";
import { checkFlag, takeOptions } from "../core/options.js";
import { type DType, dtypes } from "../ndarray/dtype.js";

/** What is kept wider than the operands; see LinearCrossEntropyOptions.accPolicy. */
export type AccPolicy = "auto" | "accurate" | "compact";

/** The fields of LinearCrossEntropyOptions. */
export interface ChunkOptions {
  /** Whether backward may be called again, for one more array of each gradient's size; not by default. */
  allowRetainGraph?: boolean;
  /** Rows of a chunk; null, the default, for all of them. Not beside a chunkingMethod that disagrees. */
  batchChunkSize?: number | null;
  /**
   * How the rows of a chunk are chosen: "auto" (default), "aspect_ratio", "aspect_ratio:N", or null
   * for batchChunkSize.
   */
  chunkingMethod?: string | null;
  /** "auto" (default), "accurate" or "compact": what is kept in accDtype. */
  accPolicy?: AccPolicy;
  /** The dtype that halves are accumulated in; null, the default, for the policy's. */
  accDtype?: DType | null;
}

/** What chunks are cut from. */
interface Sizes {
  readonly rows: number;
  readonly features: number;
  readonly classes: number;
  readonly dtype: DType;
  readonly probabilities: boolean;
}

const POLICIES = ["auto", "accurate", "compact"] as const;
const ACC_DTYPES: readonly unknown[] = ["float16", "bfloat16", "float32", "float64"];
const isHalf = (dtype: DType): boolean => dtype === "float16" || dtype === "bfloat16";
/** A value as Python shows it. */
const shown = (value: unknown): string => (typeof value === "string" ? `'${value}'` : describeValue(value));

/**
 * Options of the chunked way of F.linearCrossEntropy: its fields, and what the rows of a chunk are.
 *
 * "aspect_ratio" gives a chunk's logits the size of the input: the next power of two from
 * rows / ⌈classes / features⌉ up, over N where ":N" follows. "auto" is the same, with at most
 * rows · classes / (4 · features) rows, or half of the rows for probabilities, where the policy is
 * "compact". Results have the same bits for every size.
 * Of halves, "accurate" and "auto" keep logits, slopes and sums in float32; "compact" rounds
 * float16's logits and slopes, as does an accDtype that is the input's.
 *
 * @throws RangeError with torch's text for a policy, a method or a size that there is not; TypeError
 *   for misspelt options and another accDtype
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.LinearCrossEntropyOptions.html
 * @example
 * String(new nn.LinearCrossEntropyOptions({ batchChunkSize: 64 }).batchChunkSize); // "64"
 */
export class LinearCrossEntropyOptions {
  /** Whether backward may be called again. */
  readonly allowRetainGraph: boolean;
  /** Rows of a chunk, or null. */
  readonly batchChunkSize: number | null;
  /** How the rows of a chunk are chosen, or null. */
  readonly chunkingMethod: string | null;
  /** What is kept in accDtype. */
  readonly accPolicy: AccPolicy;
  /** The dtype that halves are accumulated in, or null. */
  readonly accDtype: DType | null;

  constructor(options: ChunkOptions = {}) {
    const taken = takeOptions("LinearCrossEntropyOptions", options, [
      "allowRetainGraph",
      "batchChunkSize",
      "chunkingMethod",
      "accPolicy",
      "accDtype",
    ]);
    const { allowRetainGraph = false, batchChunkSize = null, chunkingMethod = "auto" } = taken;
    const { accPolicy = "auto", accDtype = null } = taken;
    checkFlag("LinearCrossEntropyOptions", "allowRetainGraph", allowRetainGraph);
    if (!POLICIES.includes(accPolicy)) {
      const known = POLICIES.map(shown).join(", ");
      throw new RangeError(`invalid acc_policy: ${shown(accPolicy)}; expected one of ${known}`);
    }
    if (chunkingMethod !== null && chunkingMethod !== "auto") factorOf(chunkingMethod);
    if (batchChunkSize !== null && !(Number.isSafeInteger(batchChunkSize) && batchChunkSize > 0)) {
      throw new RangeError(`batch_chunk_size must be positive int or None, got ${shown(batchChunkSize)}`);
    }
    if (accDtype !== null && !ACC_DTYPES.includes(accDtype)) {
      throw new TypeError(
        "acc_dtype must be one of {None, torch.float16, torch.bfloat16, torch.float32, torch.float64}, " +
          `got ${typeof accDtype === "string" && Object.hasOwn(dtypes, accDtype) ? `torch.${accDtype}` : describeValue(accDtype)}. ` +
          "Pass acc_dtype=None to let the op pick automatically.",
      );
    }
    this.allowRetainGraph = allowRetainGraph;
    this.batchChunkSize = batchChunkSize;
    this.chunkingMethod = chunkingMethod;
    this.accPolicy = accPolicy;
    this.accDtype = accDtype;
    Object.freeze(this);
  }

  /** The rows of a chunk. @internal */
  rowsOf({ rows, features, classes, dtype, probabilities }: Sizes): number {
    const { batchChunkSize, chunkingMethod } = this;
    const isAuto = chunkingMethod === "auto";
    const method = isAuto ? (batchChunkSize === null ? "aspect_ratio" : null) : chunkingMethod;
    if (method === null) return Math.max(1, Math.min(batchChunkSize ?? rows, rows));
    const target = Math.ceil(rows / Math.max(1, Math.ceil(classes / features)));
    let size = Math.min(Math.floor(powerFrom(target) / factorOf(method)), rows);
    if (isAuto && this.policyFor(dtype) === "compact") {
      const most = probabilities ? rows / 2 : (rows * classes) / (4 * features);
      size = Math.max(1, Math.min(size, powerUpTo(most)));
    }
    if (batchChunkSize !== null && batchChunkSize !== size) {
      throw new RangeError(
        `batch_chunk_size (=${batchChunkSize}) and chunking_method ('${method}') give different chunk sizes ` +
          `(${batchChunkSize} vs ${size}); pass only one.`,
      );
    }
    return Math.max(1, size);
  }

  /** The dtype that logits and slopes are rounded to. @internal */
  roundedTo(dtype: DType): DType {
    const wide = this.accPolicy === "auto" && isHalf(dtype) ? "float32" : dtype;
    const accDtype = this.accDtype ?? wide;
    if (accDtype === dtype) return dtype;
    if (!isHalf(dtype) || accDtype !== "float32") {
      throw new TypeError(
        "linear_cross_entropy supports float32 acc_dtype with float16/bfloat16 inputs, but got " +
          `torch.${accDtype} acc_dtype and torch.${dtype} inputs.`,
      );
    }
    return dtype === "float16" && this.policyFor(dtype) === "compact" ? dtype : accDtype;
  }

  private policyFor(dtype: DType): AccPolicy {
    if (this.accPolicy !== "auto") return this.accPolicy;
    return isHalf(dtype) ? "accurate" : "compact";
  }

  /**
   * The fields, as torch shows them.
   *
   * @example
   * String(new nn.LinearCrossEntropyOptions()).slice(0, 49); // "LinearCrossEntropyOptions(allowRetainGraph=false,"
   */
  toString(): string {
    const fields = Object.entries(this).map(([name, value]) => {
      return `${name}=${typeof value === "string" && name !== "accDtype" ? `'${value}'` : String(value)}`;
    });
    return `LinearCrossEntropyOptions(${fields.join(", ")})`;
  }
}

/** The N of "aspect_ratio:N", or 1; throws torch's error for another method. */
function factorOf(method: unknown): number {
  const found = typeof method === "string" ? /^aspect_ratio(?::(\d+))?$/.exec(method) : null;
  const factor = Number(found?.[1] ?? 1);
  if (found && factor > 0) return factor;
  throw new RangeError(`invalid chunking_method: ${shown(method)}`);
}

/** The least power of two from n up. */
function powerFrom(n: number): number {
  let power = 1;
  while (power < n) power *= 2;
  return power;
}

/** The largest power of two that is at most n, and 1 below that. */
function powerUpTo(n: number): number {
  let power = 1;
  while (2 * power <= Math.min(n, 2 ** 52)) power *= 2;
  return power;
}
