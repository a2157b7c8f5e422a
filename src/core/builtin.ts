/**
 * Modules of Node's, which Bun and Deno have as well. No imports: bundlers for pages would stumble
 * over them.
 */

interface NodeWorker {
  on(event: "error" | "exit", listener: () => void): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

export interface NodeModules {
  "node:fs": { readFileSync(path: URL | string): Uint8Array };
  "node:os": { availableParallelism(): number };
  "node:worker_threads": { Worker: new (program: string | URL, options: object) => NodeWorker };
}

interface Scope {
  process?: {
    getBuiltinModule?: <K extends keyof NodeModules>(name: K) => NodeModules[K];
    /** As Node names itself; Bun and Deno add theirs. */
    versions?: { node?: string; bun?: string; deno?: string };
    platform?: string;
  };
}

/** Asked for each time, so that a test or a page may replace it. */
function scope(): Scope {
  return globalThis;
}

/** The module, or undefined in a page. */
export function builtin<K extends keyof NodeModules>(name: K): NodeModules[K] | undefined {
  return scope().process?.getBuiltinModule?.(name);
}

/** Whether this is Node itself on Linux, not what resembles it. */
export function isNodeOnLinux(): boolean {
  const { versions, platform } = scope().process ?? {};
  return platform === "linux" && versions?.node !== undefined && !versions.bun && !versions.deno;
}
