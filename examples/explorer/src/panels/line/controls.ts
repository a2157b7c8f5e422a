/** The cloud, and how lines are fitted to it. */
import type { Store } from "../../shell/store.js";
import { choice } from "../../ui/choice.js";
import { button, element } from "../../ui/dom.js";
import { formatNumber } from "../../ui/format.js";
import { slider } from "../../ui/slider.js";
import { HELP } from "./hands.js";
import { DELTA, type LineState, MOST_OUTLIERS, RATE, SIZES } from "./state.js";

export interface Controls {
  readonly root: HTMLElement;
  show(values: Readonly<LineState>): void;
}

const INTRODUCTION =
  "Three lines are fitted to the same points by gradient descent, and every step looks at all points. " +
  "MSE gives more weight to the points that lie farther away, so a few outliers turn its line. L1 gives " +
  "each point the same weight, and Huber limits the weight to δ.";

/** The sizes as people write them. */
function sizeLabel(size: string): string {
  return Number(size).toLocaleString("en");
}

export function createControls(store: Store<LineState>, restart: () => void): Controls {
  const anew = (change: Partial<LineState>): void => store.set({ ...change, moved: [] });
  const n = choice(
    "Points",
    SIZES.map((value) => ({ value, label: sizeLabel(value) })),
    (value) => anew({ n: value }),
  );
  const outliers = slider({
    label: "Outliers",
    min: 0,
    max: MOST_OUTLIERS,
    step: 1,
    format: (value) => `${value} %`,
    onInput: (value) => anew({ outliers: value }),
  });
  const short = (value: number): string => formatNumber(value, 3);
  const delta = slider({
    label: "δ of Huber",
    ...DELTA,
    step: 0.125,
    format: short,
    onInput: (value) => store.set({ delta: value }),
  });
  const rate = slider({
    label: "Learning rate",
    ...RATE,
    step: 0.05,
    format: (value) => (value > 1 ? `${short(value)}: MSE diverges` : short(value)),
    onInput: (lr) => store.set({ lr }),
  });
  const buttons = element(
    "div",
    { class: "row" },
    button("Fit anew", restart, "primary"),
    button("Other points", () => anew({ seed: (store.values.seed % 9999) + 1, added: [] })),
    button("Undo changes", () => store.set({ moved: [], added: [] })),
  );
  const root = element(
    "form",
    { class: "controls", "aria-label": "Robust line" },
    element("p", {}, INTRODUCTION),
    buttons,
    n.root,
    outliers.root,
    delta.root,
    rate.root,
    element(
      "p",
      { class: "hint", id: "line-help" },
      `Drag a point; click to add an outlier, click it again to take it away. Keys: ${HELP}`,
    ),
  );
  return {
    root,
    show(values) {
      n.set(values.n);
      outliers.set(values.outliers);
      delta.set(values.delta);
      rate.set(values.lr);
    },
  };
}
