/** What a screen reader is told, besides what has the focus. */
import { element } from "./dom.js";

const region = element("div", { class: "unseen", role: "status", "aria-live": "polite" });

/** Puts the region into the page; what is announced before is lost. */
export function mountAnnouncer(parent: HTMLElement): void {
  parent.append(region);
}

export function announce(text: string): void {
  region.textContent = text;
}
