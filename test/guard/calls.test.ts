/**
 * A guard against longer ways, as counts.test.ts is against more work: how many functions of the
 * library a warm call runs. At 64 elements these take most of its time. A number that is lower is
 * to be recorded; a higher one is a slower call.
 */
import { describe, expect, it } from "vitest";
import { callsOf, library } from "./calls.js";

const { F, fuse, nn, ones, setNumThreads, tidy, zeros } = library;
// A bundler's namespaces have getters.
const { l1Loss, mseLoss } = F;

setNumThreads(1);

const [x, y, leaf] = [ones([64]), zeros([64]), ones([64], { requiresGrad: true })];
const module = new nn.L1Loss();
const fused = fuse((a, b) => a.sub(b).square().add(1e-6).sqrt());

/** What is counted, and what is done before it each time. */
interface Counted {
  readonly call: () => unknown;
  readonly before?: () => void;
}

let loss = ones([]);

const CALLS: readonly (readonly [name: string, counted: Counted, expected: number])[] = [
  ["F.l1Loss", { call: () => l1Loss(x, y) }, 36],
  ["F.mseLoss", { call: () => mseLoss(x, y) }, 36],
  ["F.l1Loss, a sum", { call: () => l1Loss(x, y, { reduction: "sum" }) }, 41],
  ["an L1Loss", { call: () => module(x, y) }, 44],
  ["F.l1Loss with its gradient", { call: () => l1Loss(leaf, y) }, 78],
  ["F.mseLoss with its gradient", { call: () => mseLoss(leaf, y) }, 81],
  ["backward", { before: () => void (loss = l1Loss(leaf, y)), call: () => loss.backward() }, 37],
  ["a fused loss", { call: () => fused(x, y) }, 97],
  ["a fused loss with its gradient", { call: () => fused(leaf, y) }, 162],
  ["all of it in tidy", { call: () => tidy(() => l1Loss(leaf, y).backward()) }, 136],
];

describe("functions that a warm call runs:", () => {
  it.each(CALLS)("%s", (_name, { call, before }, expected) => {
    const again = (): void => {
      leaf.grad = null;
      before?.();
    };
    for (let i = 0; i < 3; i++) {
      again();
      call();
    }
    again();
    const calls = callsOf(call);
    expect(calls.length, `these ran: ${calls.join(", ")}`).toBe(expected);
  });
});
