/**
 * What the page computes in workers, as one script that comes with the page: the worker's name says
 * which part it is. Several scripts would each carry the kernels.
 */
import { serveHash } from "./hash.js";
import { lossgrad } from "./lossgrad.js";
import { loop } from "./loop.js";
import { serve } from "./serve.js";

const parts: Partial<Record<string, () => void>> = {
  hash: serveHash,
  lossgrad: () => serve(lossgrad),
  loop: () => serve(loop),
};

parts[self.name]?.();
