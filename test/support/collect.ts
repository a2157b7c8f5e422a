/** The garbage collector, where the engine lets a test call it; undefined elsewhere. */
interface NodeModules {
  "node:v8": { setFlagsFromString(flags: string): void };
  "node:vm": { runInNewContext(code: string): unknown };
}
interface Engine {
  gc?: () => void;
  Bun?: { gc(synchronously: boolean): void };
  process?: { getBuiltinModule?: <K extends keyof NodeModules>(name: K) => NodeModules[K] | undefined };
}

function findCollector(): (() => void) | undefined {
  const { gc, Bun, process } = globalThis as unknown as Engine;
  if (gc) return gc;
  if (Bun) return () => Bun.gc(true);
  try {
    process?.getBuiltinModule?.("node:v8")?.setFlagsFromString("--expose-gc");
    return process?.getBuiltinModule?.("node:vm")?.runInNewContext("gc") as Engine["gc"];
  } catch {
    // Engines that have Node's modules by name only.
    return undefined;
  }
}

export const collect = findCollector();

/** Collects what is garbage, and lets finalizers run, which wait for a task of their own. */
export async function settle(rounds: number, milliseconds: number): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    collect?.();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
}
