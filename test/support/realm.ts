/**
 * Another realm, whose classes are not those of this one: a frame of the page, or a context of
 * Node.
 */
interface NodeModules {
  "node:vm": { runInNewContext(code: string): unknown };
}
type GetBuiltinModule = <K extends keyof NodeModules>(name: K) => NodeModules[K] | undefined;

function findRealm(): ((code: string) => unknown) | undefined {
  const { document, process } = globalThis as unknown as {
    document?: Document;
    process?: { getBuiltinModule?: GetBuiltinModule };
  };
  if (document) {
    const frame = document.body.appendChild(document.createElement("iframe"));
    const { contentWindow } = frame as unknown as { contentWindow: { eval(code: string): unknown } };
    return (code) => contentWindow.eval(code);
  }
  const vm = process?.getBuiltinModule?.("node:vm");
  try {
    vm?.runInNewContext("1");
  } catch {
    // An engine that has Node's module by name only.
    return undefined;
  }
  return vm && ((code) => vm.runInNewContext(code));
}

/** Evaluates `code` there; undefined where the engine has one realm only. */
export const inOtherRealm = findRealm();
