// The names of classes that users see. Modules, optimisers and schedules print the name of their
// class and begin messages with it, and bundlers shorten names: so what is published says it.
//
// It is not written in the sources. TypeScript refuses `static get name()` unless fields are
// defined, which takes 0.9 kB more; a static field, a static block or a computed key would keep in
// a bundle what it does not use.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const CLASS = /^export class (\w+).* \{$/gm;

/** The scripts below `path`, or the one that it is. */
function scripts(path) {
  if (!statSync(path).isDirectory()) return path.endsWith(".js") ? [path] : [];
  return readdirSync(path).flatMap((name) => scripts(join(path, name)));
}

/** Gives the exported classes of compiled scripts their names, on the lines where they begin. */
export function nameClasses(...paths) {
  for (const file of paths.flatMap(scripts)) {
    const source = readFileSync(file, "utf8");
    const named = source.replace(CLASS, (line, name) => `${line} static get name() { return "${name}"; }`);
    if (named !== source) writeFileSync(file, named);
  }
}
