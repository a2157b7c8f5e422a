/**
 * Tabs as the ARIA practices describe them: one of them in the order of the Tab key, arrows go to
 * the others.
 */
import type { Panel } from "../panels/panel.js";
import { element } from "../ui/dom.js";

export interface Tabs {
  readonly root: HTMLElement;
  select(panel: Panel): void;
}

export function tabs(panels: readonly Panel[], onChoose: (panel: Panel) => void): Tabs {
  const made = panels.map((panel) => {
    const tab = element(
      "button",
      { type: "button", role: "tab", id: `tab-${panel.id}`, "aria-label": panel.title },
      element("span", { class: "wide" }, panel.title),
      element("span", { class: "narrow" }, panel.short),
    );
    tab.addEventListener("click", () => onChoose(panel));
    return tab;
  });
  const root = element("div", { class: "tabs", role: "tablist", "aria-label": "Panels" }, ...made);
  root.addEventListener("keydown", (event) => {
    const at = made.findIndex((tab) => tab === document.activeElement);
    const last = made.length - 1;
    const targets: Record<string, number> = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    };
    if (at < 0 || !Object.hasOwn(targets, event.key)) return;
    event.preventDefault();
    const to = targets[event.key];
    made[to].focus();
    onChoose(panels[to]);
  });
  return {
    root,
    select(panel) {
      panels.forEach(({ id }, i) => {
        made[i].setAttribute("aria-selected", String(id === panel.id));
        made[i].tabIndex = id === panel.id ? 0 : -1;
      });
    },
  };
}
