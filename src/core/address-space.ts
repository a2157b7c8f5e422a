/**
 * How much address space the system would still give. Where a limit is set (`ulimit -v`, as batch
 * systems do), V8 ends the whole process when it cannot reserve what a worker needs, and no program
 * can catch that: it has to be known before.
 */
import { builtin, isNodeOnLinux } from "./builtin.js";

const SYSTEM_PAGE = 4096;

/**
 * Bytes up to the limit; Infinity where there is none, or where this cannot be known: anywhere but
 * in Node on Linux.
 */
export function addressSpaceLeft(): number {
  try {
    const [, limit] = isNodeOnLinux() ? (/^Max address space +(\d+)/m.exec(read("limits")) ?? []) : [];
    return limit === undefined
      ? Infinity
      : Math.max(0, Number(limit) - parseInt(read("statm")) * SYSTEM_PAGE);
  } catch {
    // Permissions of Node's, or a system without /proc.
    return Infinity;
  }
}

function read(file: string): string {
  return new TextDecoder().decode(builtin("node:fs")!.readFileSync(`/proc/self/${file}`));
}
