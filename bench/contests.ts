/** The table of contests. */
import { adamContest } from "./adam.js";
import { type Contest, PASSES } from "./contest.js";
import { FUSED_TITLES, firstCalls, fusedRivals } from "./fused.js";
import { type FusedName } from "./formulas.js";
import {
  accumulators,
  byArrays,
  byTensors,
  byThreads,
  jsLoop,
  losses,
  newModule,
  parts,
  readers,
  shortCall,
} from "./local.js";
import { TORCH_CONTESTS, torchRival } from "./of-torch.js";
import type { Outsiders } from "./rivals.js";

const powers = (...exponents: number[]) => exponents.map((exponent) => 2 ** exponent);

export function contestsWith({ single, threaded }: Outsiders): Contest[] {
  return [
    {
      id: "l1",
      title: "L1 on one thread",
      note: "The mean of |x - y|, and with its gradient by x where a rival has gradients.",
      rivals: [byTensors, ...byArrays, jsLoop, ...single],
      sizes: powers(5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24),
      passes: PASSES,
    },
    {
      id: "threads",
      title: "L1 on several threads",
      note: "By default lossgrad uses all cores, from about 115,000 elements on; on fewer it works alone.",
      rivals: [...byThreads, ...threaded],
      sizes: powers(14, 16, 18, 20, 22, 24),
      passes: PASSES,
    },
    {
      id: "losses",
      title: "The other losses",
      note: "By tensors, on one thread.",
      rivals: losses,
      sizes: powers(10, 16, 20, 24),
      passes: PASSES,
    },
    {
      id: "read",
      title: "A gradient that is read",
      note:
        "A gradient that was read and is then set to null is copied for the garbage collector, since somebody may still hold it; `tidy` " +
        "around the step saves that.",
      rivals: [byTensors, ...readers],
      sizes: powers(6, 10, 16, 20),
      passes: ["gradient"],
    },
    {
      id: "small",
      title: "Small calls",
      note: "A loss by itself, and a module made for each call.",
      rivals: [shortCall, newModule],
      sizes: powers(0, 6),
      passes: PASSES,
    },
    {
      id: "first",
      title: "New formulas",
      note: "What `fuse` costs before a formula is as fast as it gets.",
      rivals: firstCalls,
      sizes: [64],
      passes: PASSES,
    },
    {
      id: "parts",
      title: "Rows, columns and masks",
      note: "The mean of the means of rows of 256 and of 256 columns, and of what a mask keeps, against the mean of the whole.",
      rivals: parts,
      sizes: powers(16, 20),
      passes: ["value"],
    },
    {
      id: "accumulate",
      title: "Exact accumulation",
      note: "L1 by an accumulator, whose sums do not depend on cuts and order.",
      rivals: accumulators,
      sizes: powers(16, 18),
      passes: ["value"],
    },
    ...(Object.keys(FUSED_TITLES) as FusedName[]).map((name): Contest => {
      return {
        id: name,
        title: `${FUSED_TITLES[name]}, fused`,
        note: "A loss that the user writes, on one thread.",
        rivals: [...fusedRivals(name), ...single.flatMap((rival) => rival.asked(name))],
        sizes: powers(12, 14, 16, 18, 20, 22),
        passes: PASSES,
      };
    }),
    ...TORCH_CONTESTS.map(({ name, title, sizes }): Contest => {
      return {
        id: name,
        title,
        note: "A loss of torch.nn, by tensors on one thread.",
        rivals: [torchRival(name), ...single.flatMap((rival) => rival.asked(name))],
        sizes,
        passes: PASSES,
      };
    }),
    adamContest(single),
  ];
}
