/** The page: tabs, the panel that is shown, and the link that leads back to what it shows. */
import type { Panel, PanelView } from "../panels/panel.js";
import { mountAnnouncer } from "../ui/announce.js";
import { element } from "../ui/dom.js";
import { environmentBadge } from "./environment.js";
import { tabs, type Tabs } from "./tabs.js";

/**
 * Milliseconds between two changes of the address: browsers refuse more than a few hundred in half
 * a minute.
 */
const PAUSE = 300;

export class App {
  private readonly views = new Map<string, PanelView>();
  private readonly main = element("main", { id: "panels" });
  private readonly notice = element("p", { class: "notice", role: "alert", hidden: true });
  private readonly tabs: Tabs;
  private shown: Panel;
  private timer = 0;
  /** While a link is being read, nothing is written to it. */
  private loading = false;

  constructor(
    root: HTMLElement,
    private readonly panels: readonly Panel[],
  ) {
    this.shown = panels[0];
    this.tabs = tabs(panels, (panel) => this.choose(panel));
    const title = element("h1", {}, element("span", { class: "brand" }, "lossgrad"), " loss explorer");
    const header = element("header", {}, title, environmentBadge(), this.tabs.root);
    root.replaceChildren(header, this.notice, this.main);
    mountAnnouncer(root);
    window.addEventListener("hashchange", () => this.follow());
    window.addEventListener("pagehide", () => this.write());
    this.follow();
  }

  /** Shows what the address says. */
  private follow(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    const [id, query = ""] = splitOnce(location.hash.slice(1), "?");
    const panel = this.panels.find((candidate) => candidate.id === id);
    this.show(panel ?? this.panels[0]);
    this.loading = true;
    const complaints = this.viewOf(this.shown).store.load(new URLSearchParams(query));
    this.loading = false;
    if (!panel && id !== "") complaints.unshift(`there is no panel "${id.slice(0, 40)}"`);
    this.complain(complaints);
  }

  private complain(complaints: readonly string[]): void {
    this.notice.hidden = complaints.length === 0;
    this.notice.textContent =
      complaints.length === 0 ? "" : `Not everything in this link was understood: ${complaints.join("; ")}.`;
  }

  /** A tab was chosen: a step back leads to the one before. */
  private choose(panel: Panel): void {
    if (panel === this.shown) return;
    this.write();
    this.show(panel);
    this.complain([]);
    history.pushState(null, "", this.link());
  }

  private show(panel: Panel): void {
    const next = this.viewOf(panel);
    const last = this.views.get(this.shown.id);
    if (last && last !== next) {
      last.visible(false);
      last.root.hidden = true;
    }
    this.shown = panel;
    next.root.hidden = false;
    this.tabs.select(panel);
    document.title = `${panel.title} · lossgrad loss explorer`;
    next.visible(true);
  }

  /** Made when it is first shown, and kept. */
  private viewOf(panel: Panel): PanelView {
    const known = this.views.get(panel.id);
    if (known) return known;
    const view = panel.create();
    view.root.id = `panel-${panel.id}`;
    view.root.setAttribute("role", "tabpanel");
    view.root.setAttribute("aria-labelledby", `tab-${panel.id}`);
    this.main.append(view.root);
    this.views.set(panel.id, view);
    view.store.subscribe(() => this.changed());
    return view;
  }

  private changed(): void {
    if (this.loading || this.timer !== 0) return;
    this.timer = window.setTimeout(() => this.write(), PAUSE);
  }

  private link(): string {
    const query = this.viewOf(this.shown).store.print();
    return `#${this.shown.id}${query === "" ? "" : `?${query}`}`;
  }

  /** Writes the address, if something changed since. */
  private write(): void {
    if (this.timer === 0) return;
    window.clearTimeout(this.timer);
    this.timer = 0;
    history.replaceState(null, "", this.link());
  }
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
