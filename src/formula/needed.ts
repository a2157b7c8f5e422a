/** Which instructions of a program count for its outputs. */
import type { Program, Reference } from "./program.js";

export function neededIn({ code, outputs }: Program): readonly boolean[] {
  const needed = code.map(() => false);
  const want = ({ kind, index }: Reference): void => {
    if (kind === "value") needed[index] = true;
  };
  for (const { from } of outputs) want(from);
  for (let i = code.length - 1; i >= 0; i--) if (needed[i]) code[i].inputs.forEach(want);
  return needed;
}
