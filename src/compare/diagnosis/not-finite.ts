import type { Hypothesis, Subject } from "./fault.js";

/** NaN or an infinity in the candidate where the reference is finite, and nothing else. */
export function* notFinite({ reference, candidate, aligned, numel }: Subject): Generator<Hypothesis> {
  if (!aligned) return;
  const isLost = (i: number): boolean =>
    !Number.isFinite(candidate.at(i)) && Number.isFinite(reference.at(i));
  let [lost, least] = [0, Infinity];
  for (let i = 0; i < numel; i++) {
    if (!isLost(i)) continue;
    lost++;
    least = Math.min(least, Math.abs(reference.at(i)));
  }
  if (lost === 0 || lost === numel) return;
  const overflow = least > 65504;
  yield {
    name: "not-finite",
    text: `The candidate has NaN or infinities in ${lost} of ${numel} places where the reference is finite; all others agree.`,
    evidence: overflow
      ? [`The reference is beyond 65504 in each of them, the largest float16: float16 overflows there.`]
      : [`The smallest magnitude of the reference there is ${least}.`],
    parameters: { count: lost, overflow },
    left: reference.at,
    right: candidate.at,
    covers: (i) => !isLost(i),
    leavesOut: true,
  };
}
