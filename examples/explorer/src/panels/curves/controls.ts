/** What the curves are computed with. */
import { MOST_CHARACTERS } from "../../../../../cli/src/formula/length.js";
import { LOSS_IDS, LOSSES } from "../../losses.js";
import type { Store } from "../../shell/store.js";
import { checks, choice } from "../../ui/choice.js";
import { button, element } from "../../ui/dom.js";
import { formatNumber } from "../../ui/format.js";
import { slider } from "../../ui/slider.js";
import { textField } from "../../ui/text-field.js";
import { createMore } from "./more.js";
import { type CurvesState, DELTA, FLOATS, halfWidth, keepInside, MOST_ZOOM, zoomToSteps } from "./state.js";

export interface Controls {
  readonly root: HTMLElement;
  show(values: Readonly<CurvesState>): void;
  /** What is wrong with the formula; empty if nothing is. */
  complain(problem: string): void;
}

const INTRODUCTION =
  "A loss says how bad a prediction is. Its gradient is the slope of that curve and points uphill: " +
  "where it is positive, a larger prediction is worse. A step of gradient descent goes the other way, " +
  "and the larger the gradient, the longer the step. L1 pulls equally hard from anywhere, MSE harder " +
  "from farther away. Huber and SmoothL1 behave like MSE near the target and like L1 far from it. " +
  "The bad loss, the mean of signed differences, falls without end: nothing stops it at the target.";

const HINT =
  "p is the prediction, t the target. Operators: +, -, *, /, ^, comparisons, and c ? a : b. Functions: abs, sqrt, " +
  "square, exp, log, tanh, softplus, max, clamp and all others that work element by element.";

/** Losses that many have asked for, to begin with. */
const EXAMPLES: Readonly<Record<string, string>> = {
  Charbonnier: "sqrt(square(p - t) + 1) - 1",
  pinball: "max(0.8 * (t - p), -0.2 * (t - p))",
  "log-cosh": "softplus(-2 * (p - t)) + (p - t) - log(2)",
  Cauchy: "log1p((p - t)^2)",
};

export function createControls(store: Store<CurvesState>): Controls {
  const zoomTo = (zoom: number): void =>
    store.set({ zoom, prediction: keepInside({ ...store.values, zoom }) });
  const losses = checks(
    "Losses, with d = prediction − target",
    LOSS_IDS.map((value) => {
      const { name, formula, color } = LOSSES[value];
      return { value, label: `${name}: ${formula}`, color };
    }),
    (show) =>
      show.length > 0 || store.values.more.length > 0 || store.values.formula !== ""
        ? store.set({ show })
        : losses.set(store.values.show),
  );
  const setFormula = (formula: string): void => {
    const { show, more } = store.values;
    const isNone = show.length === 0 && more.length === 0 && formula === "";
    store.set({ formula, show: isNone ? LOSS_IDS : show });
  };
  const more = createMore(store);
  const formula = textField({
    label: "Your own loss, a formula of p and t",
    hint: HINT,
    placeholder: EXAMPLES.Charbonnier,
    most: MOST_CHARACTERS,
    onInput: setFormula,
  });
  const examples = Object.entries(EXAMPLES).map(([name, text]) =>
    button(name, () => setFormula(text), "quiet"),
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
    more.root,
    formula.root,
    element("div", { class: "row", role: "group", "aria-label": "Formulas to begin with" }, ...examples),
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
  root.addEventListener("submit", (event) => event.preventDefault());
  return {
    root,
    complain: (problem) => formula.complain(problem),
    show(values) {
      losses.set(values.show);
      more.show(values);
      formula.set(values.formula);
      delta.set(values.delta);
      beta.set(values.beta);
      dtype.set(values.dtype);
      zoom.set(values.zoom);
    },
  };
}
