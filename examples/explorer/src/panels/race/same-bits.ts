/**
 * The hash of the reproducibility set in this tab, beside the one that docs/REPRODUCIBILITY.md
 * records.
 */
import record from "../../../../../docs/REPRODUCIBILITY.md?raw";
import { readRecord } from "../../../../../test/reproducibility/record.js";
import { cores } from "../../shell/environment.js";
import { announce } from "../../ui/announce.js";
import { button, element } from "../../ui/dom.js";
import { judge } from "./judge.js";
import type { HashReply, HashRun } from "./hash.js";
import OurWorker from "./ours.worker.js?worker&inline";

const INTRODUCTION =
  "lossgrad promises the same bits on every engine and for any number of threads. This test computes " +
  "some thousand losses and gradients in your browser, of ordinary and of hostile numbers, and hashes " +
  "their bits.";

export function sameBits(): HTMLElement {
  const result = element("div", { class: "result", "aria-live": "polite" });
  const start = button("Compute the hash", () => {
    if (!("subtle" in crypto)) {
      result.replaceChildren(
        element("p", {}, "This page cannot hash: browsers allow it over HTTPS and from localhost only."),
      );
      return;
    }
    const bar = element("progress", { max: 1, value: 0, "aria-label": "Progress of the hash" });
    start.disabled = true;
    result.replaceChildren(element("p", {}, "Computing; this takes up to a minute …"), bar);
    compute(bar)
      .then((runs) => result.replaceChildren(...verdict(runs)))
      .catch((error: unknown) =>
        result.replaceChildren(
          element("p", { class: "bad" }, `The hash could not be computed: ${String(error)}`),
        ),
      )
      .finally(() => (start.disabled = false));
  });
  return element(
    "section",
    { class: "bits", "aria-label": "Same bits" },
    element("h2", {}, "Same bits"),
    element("p", {}, INTRODUCTION),
    start,
    result,
  );
}

function compute(bar: HTMLProgressElement): Promise<readonly HashRun[]> {
  return new Promise<readonly HashRun[]>((resolve, reject) => {
    const worker = new OurWorker({ name: "hash" });
    const end = (settle: () => void): void => {
      worker.terminate();
      settle();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end(() => reject(new Error(event.message || "its worker could not be started")));
    };
    worker.onmessage = ({ data }: MessageEvent<HashReply>) => {
      if ("progress" in data) bar.value = data.progress;
      else end(() => ("error" in data ? reject(new Error(data.error)) : resolve(data.runs)));
    };
    worker.postMessage(cores);
  });
}

/** The words, and the hashes that they are about. */
function verdict(runs: readonly HashRun[]): HTMLElement[] {
  const { all: recorded } = readRecord(record);
  const { same, words, hashes } = judge(runs, recorded);
  announce(words);
  return [
    element("p", { class: same ? "good" : "bad" }, element("strong", {}, words)),
    ...hashes.map((hash) => element("code", {}, hash)),
    ...(same ? [] : [element("p", {}, "recorded:"), element("code", {}, recorded)]),
  ];
}
