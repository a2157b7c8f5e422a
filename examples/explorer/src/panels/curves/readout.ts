/** The table under the curves: each loss and gradient at the prediction, and what rounding did. */
import { element } from "../../ui/dom.js";
import { formatExactly, formatNumber } from "../../ui/format.js";
import type { Probe } from "./evaluate.js";

const HEAD = ["loss", "value", "exact", "off by", "gradient"];

export interface Readout {
  readonly root: HTMLElement;
  show(probes: readonly Probe[], dtype: string): void;
}

export function readout(): Readout {
  const caption = element("caption");
  const body = element("tbody");
  const heads = HEAD.map((text) => element("th", { scope: "col" }, text));
  const table = element("table", {}, caption, element("thead", {}, element("tr", {}, ...heads)), body);
  return {
    root: element(
      "div",
      { class: "scrolled", tabindex: 0, role: "group", "aria-label": "Values at the prediction" },
      table,
    ),
    show(probes, dtype) {
      caption.textContent = `At the prediction, in ${dtype}`;
      body.replaceChildren(...probes.map(rowOf));
    },
  };
}

function rowOf({ name, color, loss, exact, gradient }: Probe): HTMLElement {
  const mark = element("span", { class: "mark", style: `--mark: var(${color})` });
  const cells = [
    formatExactly(loss),
    formatNumber(exact, 12),
    formatNumber(loss - exact, 3),
    formatExactly(gradient),
  ];
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, mark, name),
    ...cells.map((text) => element("td", {}, text)),
  );
}
