/** Modules that are emitted at run time. */

let last = 0;

/**
 * A module as workers get it, who compile it themselves. It imports the linear memory as
 * `env.memory` and exports `run`, a kernel: (...addresses, n, ...scalars) => the sum, if there is
 * one.
 */
export class EmittedModule {
  /** By which a worker knows it again: no two have the same. */
  readonly id = ++last;

  constructor(readonly bytes: Uint8Array) {}
}
