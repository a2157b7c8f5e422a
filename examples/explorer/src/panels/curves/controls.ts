/** What the curves are computed with. */
import { LOSS_IDS, LOSSES } from "../../losses.js";
import type { Store } from "../../shell/store.js";
import { checks, choice } from "../../ui/choice.js";
import { button, element } from "../../ui/dom.js";
import { formatNumber } from "../../ui/format.js";
import { slider } from "../../ui/slider.js";
import { type CurvesState, DELTA, FLOATS, halfWidth, keepInside, MOST_ZOOM, zoomToSteps } from "./state.js";

export interface Controls {
  readonly root: HTMLElement;
  show(values: Readonly<CurvesState>): void;
}

const INTRODUCTION =
  "A loss says how bad a prediction is. Its gradient is the slope of that curve and points uphill: " +
  "where it is positive, a larger prediction is worse. A step of gradient descent goes the other way, " +
  "and the larger the gradient, the longer the step. L1 pulls equally hard from anywhere, MSE harder " +
  "from farther away. Huber and SmoothL1 behave like MSE near the target and like L1 far from it. " +
  "The bad loss, the mean of signed differences, falls without end: nothing stops it at the target.";

export function createControls(store: Store<CurvesState>): Controls {
  const zoomTo = (zoom: number): void =>
    store.set({ zoom, prediction: keepInside({ ...store.values, zoom }) });
  const losses = checks(
    "Losses, with d = prediction − target",
    LOSS_IDS.map((value) => {
      const { name, formula, color } = LOSSES[value];
      return { value, label: `${name}: ${formula}`, color };
    }),
    (show) => (show.length > 0 ? store.set({ show }) : losses.set(store.values.show)),
  );
  const short = (value: number): string => formatNumber(value, 3);
  const delta = slider({
    label: "δ of Huber",
    ...DELTA,
    step: 0.0625,
    format: short,
    onInput: (value) => store.set({ delta: value }),
  });
  const beta = slider({
    label: "β of SmoothL1",
    min: 0,
    max: DELTA.max,
    step: 0.0625,
    format: short,
    onInput: (value) => store.set({ beta: value }),
  });
  const dtype = choice(
    "Computed in",
    FLOATS.map((value) => ({ value, label: value })),
    (value) => store.set({ dtype: value }),
  );
  const zoom = slider({
    label: "Zoom at the target",
    min: 0,
    max: MOST_ZOOM,
    step: 1,
    format: (value) => (value === 0 ? "none" : `± ${short(halfWidth(value))}`),
    onInput: zoomTo,
  });
  const steps = button("Show its rounding", () => zoomTo(zoomToSteps(store.values)));
  const whole = button("Whole curves", () => zoomTo(0));
  const root = element(
    "form",
    { class: "controls", "aria-label": "Curves" },
    element("p", {}, INTRODUCTION),
    losses.root,
    delta.root,
    beta.root,
    dtype.root,
    zoom.root,
    element("div", { class: "row" }, steps, whole),
    element(
      "p",
      { class: "hint" },
      "Drag the target or the prediction, or focus one and use the arrow keys.",
    ),
  );
  return {
    root,
    show(values) {
      losses.set(values.show);
      delta.set(values.delta);
      beta.set(values.beta);
      dtype.set(values.dtype);
      zoom.set(values.zoom);
    },
  };
}
