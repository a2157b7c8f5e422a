/** The table of contests. */
import { type Contest, PASSES } from "./contest.js";
import { byArrays, byTensors, byThreads, jsLoop, losses, newModule, readers } from "./local.js";
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
      note: "A module made for each call.",
      rivals: [newModule],
      sizes: powers(0, 6),
      passes: PASSES,
    },
  ];
}
