/** What this tab can do. */
import { F, tensor, tidy } from "lossgrad";
import { element } from "../ui/dom.js";
import { count } from "../ui/format.js";

/** Whether lossgrad can share its memory with workers. */
export const threadsPossible = globalThis.crossOriginIsolated && typeof SharedArrayBuffer === "function";

export const cores = threadsPossible ? Math.max(1, navigator.hardwareConcurrency) : 1;

/** Null if lossgrad works here, else why not. */
export function whatIsMissing(): string | null {
  if (typeof (globalThis as { WebAssembly?: unknown }).WebAssembly !== "object") {
    return "This browser has no WebAssembly, or it is switched off (iOS lockdown mode does that). lossgrad's kernels need it.";
  }
  try {
    // Two numbers: a single one needs no kernel.
    tidy(() => F.l1Loss(tensor([1, 2]), tensor([2, 4])).item());
    return null;
  } catch (error) {
    return `lossgrad's kernels could not be compiled here: ${String(error)}. A content security policy must allow 'wasm-unsafe-eval', and the browser must know SIMD.`;
  }
}

/** Says whether the page is isolated, and what that means. */
export function environmentBadge(): HTMLElement {
  const isolated = globalThis.crossOriginIsolated;
  const long = threadsPossible
    ? "This page is isolated from other origins (headers COOP and COEP), so lossgrad shares its memory with worker threads. Large losses are computed by all of them, with the same bits as by one."
    : isolated
      ? "This page is isolated from other origins, but this browser has no SharedArrayBuffer, so one thread does the work. The results are the same bits."
      : "This page is not isolated from other origins, so browsers do not let it share memory: one thread does the work. The results are the same bits. For threads, serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, over HTTPS or from localhost.";
  return element(
    "details",
    { class: "environment" },
    element(
      "summary",
      {},
      isolated ? "isolated" : "plain",
      element("span", { class: "wide" }, " page"),
      ` · ${count(cores, "thread")}`,
    ),
    element("p", {}, long),
  );
}
