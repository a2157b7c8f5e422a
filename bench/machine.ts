/** Where and how a run took place. */
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from "node:os";

export type Machine = ReturnType<typeof describeMachine>;

export function describeMachine() {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return {
    date: new Date().toISOString().slice(0, 10),
    lossgrad: (JSON.parse(manifest) as { version: string }).version,
    node: process.version,
    v8: process.versions.v8,
    /** Of Node: the loader of TypeScript, and whatever else was asked for. */
    flags: [process.env.NODE_OPTIONS ?? "", ...process.argv.slice(2)].join(" ").trim(),
    system: `${platform()} ${arch()}`,
    cpu: cpus()[0].model.trim(),
    cores: availableParallelism(),
    gibibytes: Math.round(totalmem() / 2 ** 30),
    loadBefore: loadavg()[0],
  };
}
