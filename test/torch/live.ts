/** A PyTorch process for the tests of a describe: it starts before them, and ends after them. */
import { onWarning } from "lossgrad";
import { afterAll, beforeAll } from "vitest";
import { TorchProcess, type TorchVersion } from "./process.js";

/** What the tests find there. */
export interface Live {
  torch: TorchProcess;
  version: TorchVersion;
}

/** Called in a describe, with the command of a Python that has torch; null where there is none. */
export function liveTorch(python: readonly string[] | null): Live {
  const live = {} as Live;
  beforeAll(async () => {
    live.torch = new TorchProcess(python ?? []);
    live.version = await live.torch.version();
    // Broadcasting warns, as it should; tested elsewhere.
    onWarning(() => undefined);
  });
  afterAll(async () => {
    onWarning(null);
    await live.torch.close();
  });
  return live;
}
