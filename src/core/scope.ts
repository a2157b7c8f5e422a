/**
 * Scopes free what was allocated inside them and does not leave them. Two ways lead out: the result
 * of the scope's function, and a holder from outside, such as a leaf that received its gradient.
 * What leaves a scope belongs to the scope around it.
 */

/** What a scope frees. */
export interface Scoped {
  /** The scope that has found it among what leaves it. */
  keptBy: Scope | null;
  /** Frees it, but for what a user may still look at. */
  discard(): void;
  /** Says how it left the outermost scope: in its result, or only in the hands of a holder. */
  outlive(heldOnly: boolean): void;
}

/** Something that holds what scopes would free, in place of a variable of the user's. */
export interface Holder {
  /** The scope that was open when it was made; null outside of all. */
  readonly born: Scope | null;
  /** The last scope that has it in its list. */
  listedBy: Scope | null;
  /** What it holds now. */
  held(): readonly Scoped[];
}

/** An open scope, or one that has ended. */
export class Scope {
  members: Scoped[] = [];
  /**
   * Who received something while it was open; null for nobody, since the engine opens a scope for
   * each node.
   */
  holders: Holder[] | null = null;
  ended = false;

  constructor(
    readonly outer: Scope | null,
    /** The outermost scope around it, or itself: another for each. */
    readonly number: number,
  ) {}
}

/** The scope that is open, null outside of all. */
export let innermost: Scope | null = null;
let started = 0;

/** The number of the outermost open scope, each time another; 0 when none is open. */
export function outermostScope(): number {
  return innermost?.number ?? 0;
}

/** Whether a scope will free what is made now. */
export function inScope(): boolean {
  return innermost !== null;
}

/** Puts a storage that no scope knows under the outermost one, which ends last. */
export function enlistOutermost(storage: Scoped): void {
  let scope = innermost;
  while (scope?.outer) scope = scope.outer;
  scope?.members.push(storage);
}

/**
 * Says that `holder` has received something, which it keeps if it is still there when `scope` ends.
 */
export function receives(holder: Holder, scope: Scope): void {
  if (holder.listedBy === scope) return;
  holder.listedBy = scope;
  (scope.holders ??= []).push(holder);
}

/**
 * Runs `fn`, then frees the storages made meanwhile but for those that `survivors` names of its
 * result, and those that holders from outside hold, which pass to the enclosing scope. When `fn`
 * throws, all but those of the holders are freed.
 */
export function scope<T>(fn: () => T, survivors: (result: T) => readonly Scoped[]): T {
  const outer = innermost;
  const scope = new Scope(outer, outer ? outer.number : ++started);
  innermost = scope;
  let kept: readonly Scoped[] = [];
  try {
    const result = fn();
    kept = survivors(result);
    return result;
  } finally {
    innermost = outer;
    end(scope, kept);
  }
}

/**
 * What survives is marked first, and then told from the rest: a set of it would be most of what a
 * short scope takes.
 */
function end(scope: Scope, kept: readonly Scoped[]): void {
  const { outer, members, holders } = scope;
  for (const storage of kept) storage.keptBy = scope;
  if (holders) keepHeld(scope, holders);
  for (const storage of members) {
    if (storage.keptBy !== scope) storage.discard();
    else if (outer) outer.members.push(storage);
    else storage.outlive(true);
  }
  if (!outer) for (const storage of kept) storage.outlive(false);
  scope.ended = true;
  scope.members = [];
  scope.holders = null;
}

/**
 * Marks what holders from outside hold at the end of `scope`; those from inside are garbage,
 * together with what they hold.
 */
function keepHeld(scope: Scope, holders: readonly Holder[]): void {
  for (const holder of holders) {
    if (openScope(holder.born) === scope) continue;
    for (const storage of holder.held()) storage.keptBy = scope;
    if (scope.outer) receives(holder, scope.outer);
  }
}

/** The scope that something born in `scope` belongs to by now. */
function openScope(scope: Scope | null): Scope | null {
  while (scope?.ended) scope = scope.outer;
  return scope;
}
