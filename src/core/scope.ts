/** Scopes free what was allocated inside them and does not leave them. */

/** What a scope frees. */
export interface Scoped {
  /** Frees it, but for what a user may still look at. */
  discard(): void;
  /** Something that outlives all scopes holds it: a leaf its gradient. */
  exempt: boolean;
}

let innermost: Scoped[] | null = null;
let outermostNumber = 0;

/** The number of the outermost open scope, each time another; 0 when none is open. */
export function outermostScope(): number {
  return innermost ? outermostNumber : 0;
}

/** Whether a scope will free what is made now. */
export function inScope(): boolean {
  return innermost !== null;
}

/** Puts a new storage under the innermost scope. */
export function enlist(storage: Scoped): void {
  innermost?.push(storage);
}

/**
 * Runs `fn`, then frees the storages made meanwhile but for those that `survivors` names of its result, which pass to the
 * enclosing scope. When `fn` throws, all of them are freed.
 */
export function scope<T>(fn: () => T, survivors: (result: T) => readonly Scoped[] | ReadonlySet<Scoped>): T {
  const outer = innermost;
  if (!outer) outermostNumber++;
  const members: Scoped[] = [];
  innermost = members;
  let kept: readonly Scoped[] | ReadonlySet<Scoped> = [];
  try {
    const result = fn();
    kept = survivors(result);
    return result;
  } finally {
    innermost = outer;
    const keeps = (storage: Scoped): boolean =>
      kept instanceof Set ? kept.has(storage) : (kept as Scoped[]).includes(storage);
    for (const storage of members) {
      if (keeps(storage)) outer?.push(storage);
      else if (!storage.exempt) storage.discard();
    }
  }
}
