import type { Executor } from "../flow.js";
import type { Terminal } from "../../program.js";
export function onRedis(_url: string, _t: Terminal): Executor {
  throw new Error("x");
}
