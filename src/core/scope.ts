/** Scopes free what was allocated inside them and does not leave them. */

/** What a scope frees. */
export interface Disposable {
  dispose(): void;
}

const scopes: Set<Disposable>[] = [];

/** Puts a new storage under the innermost scope. */
export function enlist(storage: Disposable): void {
  scopes.at(-1)?.add(storage);
}

/** Takes a storage out of all scopes: something outside holds it now. */
export function exempt(storage: Disposable): void {
  for (const members of scopes) members.delete(storage);
}

/**
 * Runs `fn`, then frees the storages made meanwhile but for those that `survivors` names of its result, which pass to the
 * enclosing scope. When `fn` throws, all of them are freed.
 */
export function scope<T>(fn: () => T, survivors: (result: T) => Iterable<Disposable>): T {
  const members = new Set<Disposable>();
  scopes.push(members);
  const depth = scopes.length;
  let kept: Iterable<Disposable> = [];
  try {
    const result = fn();
    kept = survivors(result);
    return result;
  } finally {
    scopes.length = depth - 1;
    for (const storage of kept) if (members.delete(storage)) enlist(storage);
    for (const storage of members) storage.dispose();
  }
}
