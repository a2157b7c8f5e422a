/** The table of contests. */
import type { Contest } from "./contest.js";
import { byArrays, byTensors, byThreads, jsLoop, losses, newModule } from "./local.js";
import type { Outsiders } from "./rivals.js";

const powers = (...exponents: number[]) => exponents.map((exponent) => 2 ** exponent);

export function contestsWith({ single, threaded }: Outsiders): Contest[] {
  return [
    {
      id: "l1",
      title: "L1",
      note: "",
      rivals: [byTensors, ...byArrays, jsLoop, ...single],
      sizes: powers(5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24),
    },
    {
      id: "threads",
      title: "L1 on several threads",
      note: "",
      rivals: [...byThreads, ...threaded],
      sizes: powers(14, 16, 18, 20, 22, 24),
    },
    {
      id: "losses",
      title: "The other losses",
      note: "",
      rivals: losses,
      sizes: powers(10, 16, 20, 24),
    },
    {
      id: "small",
      title: "Small calls",
      note: "",
      rivals: [newModule],
      sizes: powers(0, 6),
    },
  ];
}
