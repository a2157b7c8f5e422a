/** The momentum of groups that cycles against their learning rate: β₁ where there are betas. */
import { checkNumbers, perGroup } from "./options.js";
import type { AnyOptimizer } from "./scheduler.js";

interface MomentumGroup {
  momentum?: number;
  betas?: readonly [number, number];
  baseMomentum?: number;
  maxMomentum?: number;
}

/** What CyclicLR and OneCycleLR take. */
export interface MomentumOptions {
  /** Whether the momentum goes down as the learning rate goes up, and back; true by default. */
  cycleMomentum?: boolean;
  /** The smallest momentum, of all groups or one for each. */
  baseMomentum?: number | readonly number[];
  /** The largest momentum, of all groups or one for each. */
  maxMomentum?: number | readonly number[];
}

const groupsOf = (optimizer: AnyOptimizer): readonly MomentumGroup[] => optimizer.paramGroups;

/** The momentums of the groups, which must have some. */
export function takeMomentums(
  optimizer: AnyOptimizer,
  { baseMomentum, maxMomentum }: Required<MomentumOptions>,
): { readonly baseMomentums: readonly number[]; readonly maxMomentums: readonly number[] } {
  const groups = groupsOf(optimizer);
  if (groups.some((group) => !("momentum" in group) && !("betas" in group))) {
    throw new RangeError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled");
  }
  return {
    baseMomentums: perGroup("baseMomentum", baseMomentum, groups.length),
    maxMomentums: perGroup("maxMomentum", maxMomentum, groups.length),
  };
}

/** Gives the groups their largest momentum, with which a cycle begins, and notes both ends. */
export function beginMomentums(
  optimizer: AnyOptimizer,
  { baseMomentums, maxMomentums }: ReturnType<typeof takeMomentums>,
): void {
  setMomentums(optimizer, maxMomentums);
  groupsOf(optimizer).forEach((group, i) => {
    group.maxMomentum = maxMomentums[i];
    group.baseMomentum = baseMomentums[i];
  });
}

/** Gives each group its momentum, or its β₁. */
export function setMomentums(optimizer: AnyOptimizer, momentums: readonly number[]): void {
  checkNumbers("momentum", Object.fromEntries(momentums.entries()));
  groupsOf(optimizer).forEach((group, i) => {
    if (group.betas) group.betas = [momentums[i], group.betas[1]];
    else group.momentum = momentums[i];
  });
}
