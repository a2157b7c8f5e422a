import { getNumThreads, tensor, tidy, type Tensor } from "lossgrad";
import type { Log } from "./print.js";
import { stopwatch, type Stopwatch } from "./stopwatch.js";
import { table } from "./table.js";
import { withUnit } from "./units.js";

/** One loss as a plain function of tensors, and as one operation: both give its mean. */
export interface Entrant {
  name: string;
  plain: (...operands: Tensor[]) => Tensor;
  fused: (...operands: Tensor[]) => Tensor;
  /** The numbers of each operand; they are repeated to the sizes of the race. */
  operands: readonly (readonly number[])[];
  /** Whether each operand asks for a gradient. */
  asks: readonly boolean[];
}

const SIZES = [4096, 65_536, 1_048_576];

interface Heat {
  name: string;
  elements: number;
  /** Seconds of the plain function and of the fused one: alone, and with their gradients. */
  alone: [number, number];
  withGradient: [number, number];
}

/** Runs every loss at every size, both ways, after checking that both give the same bits. */
export function race(
  entrants: readonly Entrant[],
  sizes: readonly number[] = SIZES,
  watch: Stopwatch = stopwatch,
): Heat[] {
  return sizes.flatMap((elements) => entrants.map((entrant) => heat(entrant, elements, watch)));
}

function heat({ name, plain, fused, operands, asks }: Entrant, elements: number, watch: Stopwatch): Heat {
  const leaves = operands.map((numbers, i) => tensor(repeated(numbers, elements)).requiresGrad_(asks[i]));
  const constants = leaves.map((leaf) => leaf.detach());
  const alone = [plain, fused].map((loss) => () => tidy(() => void loss(...constants)));
  const withGradient = [plain, fused].map((loss) => () => {
    for (const leaf of leaves) leaf.grad = null;
    tidy(() => loss(...leaves).backward());
  });
  const bits = withGradient.map((run, i) => {
    run();
    return bitsOf([[plain, fused][i](...constants), ...leaves.flatMap(({ grad }) => grad ?? [])]);
  });
  if (bits[0] !== bits[1]) throw new Error(`${name}: the fused loss has other bits than the function`);
  const runs = [...alone, ...withGradient];
  for (const run of runs) watch.warmUp(run);
  const [first, second, third, fourth] = runs.map((run) => watch.medianSeconds(run));
  return { name, elements, alone: [first, second], withGradient: [third, fourth] };
}

function repeated(numbers: readonly number[], length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => numbers[i % numbers.length]);
}

/** The bytes of tensors, as a text to compare. */
function bitsOf(tensors: readonly Tensor[]): string {
  const parts = tensors.map((x) => {
    const { buffer, byteOffset, byteLength } = x.detach().array();
    return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString("latin1");
  });
  return parts.join("|");
}

export function printRace(heats: readonly Heat[], log: Log): void {
  const head = ["loss", "elements", "plain", "fused", "", "plain, gradients", "fused, gradients", ""];
  const pair = ([plain, fused]: [number, number]): string[] => [
    withUnit(plain, "s"),
    withUnit(fused, "s"),
    `${(plain / fused).toFixed(1)} ×`,
  ];
  const rows = heats.map(({ name, elements, alone, withGradient }) => [
    name,
    elements.toLocaleString("en"),
    ...pair(alone),
    ...pair(withGradient),
  ]);
  log(
    `\nplain functions of tensors against the same functions fused, float32, ${getNumThreads()} threads at most:`,
  );
  log(table(head, rows));
  log("time: median of the mean loss, and of the loss with backward(); both ways give the same bits");
}
