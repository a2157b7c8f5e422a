/** lossgrad's tensors, on as many threads as the page asks for. */
import { F, nn, ones, setNumThreads, tensor, type Tensor, threadsInUse } from "lossgrad";
import { count } from "../../ui/format.js";
import type { Contestant } from "./protocol.js";

/** Milliseconds that threads get to start. */
const START = 3000;
/** Elements that are work for many threads. */
const MUCH = 2 ** 20;

const l1Loss = new nn.L1Loss();
let [leaf, input, target]: (Tensor | null)[] = [null, null, null];

export const lossgrad: Contestant = {
  async start(threads) {
    setNumThreads(threads);
    const work = ones([MUCH]);
    const deadline = performance.now() + START;
    do {
      F.l1Loss(work, work).dispose();
      await new Promise((resolve) => setTimeout(resolve, 10));
    } while (threadsInUse() < threads && performance.now() < deadline);
    work.dispose();
    return `${count(threadsInUse(), "thread")} at work`;
  },
  prepare(x, y) {
    for (const old of [leaf?.grad, leaf, input, target]) old?.dispose();
    [input, target] = [tensor(x), tensor(y)];
    leaf = tensor(x, { requiresGrad: true });
  },
  run(pass) {
    if (pass === "value") {
      const mean = l1Loss(input!, target!);
      const value = Number(mean.item());
      mean.dispose();
      return value;
    }
    leaf!.grad = null;
    const mean = l1Loss(leaf!, target!);
    mean.backward();
    return Number(mean.item());
  },
  gradient: () => leaf!.grad!.array().slice(),
};
