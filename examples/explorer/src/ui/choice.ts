/**
 * One of several (a segmented row of radio buttons), or some of several (check boxes with a loss's
 * colour).
 */
import { element, freshId } from "./dom.js";

export interface Choice<T extends string> {
  readonly root: HTMLElement;
  set(value: T): void;
}

/** A row of radio buttons: arrow keys move between them, as browsers do by themselves. */
export function choice<T extends string>(
  legend: string,
  options: readonly { readonly value: T; readonly label: string }[],
  onChange: (value: T) => void,
): Choice<T> {
  const name = freshId("choice");
  const inputs = options.map(({ value, label }) => {
    const input = element("input", { type: "radio", name, value });
    input.addEventListener("change", () => onChange(value));
    return { input, label: element("label", {}, input, element("span", {}, label)) };
  });
  const row = element("div", { class: "segments" }, ...inputs.map(({ label }) => label));
  return {
    root: element("fieldset", { class: "choice" }, element("legend", {}, legend), row),
    set(value) {
      for (const { input } of inputs) input.checked = input.value === value;
    },
  };
}

export interface Check<T extends string> {
  readonly value: T;
  readonly label: string;
  /** A custom property of style.css. */
  readonly color?: string;
  /** Why it cannot be had here. */
  readonly disabled?: string;
}

export interface Checks<T extends string> {
  readonly root: HTMLElement;
  set(values: readonly T[]): void;
}

/** Check boxes; `onChange` gets what is ticked, in the order of the options. */
export function checks<T extends string>(
  legend: string,
  options: readonly Check<T>[],
  onChange: (values: T[]) => void,
): Checks<T> {
  const inputs = options.map(({ value, disabled = "" }) =>
    element("input", { type: "checkbox", value, disabled: disabled !== "" }),
  );
  const ticked = (): T[] => options.filter((_, i) => inputs[i].checked).map(({ value }) => value);
  const labels = options.map(({ label, color, disabled = "" }, i) => {
    const style = color === undefined ? "" : `--mark: var(${color})`;
    inputs[i].addEventListener("change", () => onChange(ticked()));
    return element(
      "label",
      { class: "check", style, title: disabled },
      inputs[i],
      element("span", {}, label),
    );
  });
  return {
    root: element("fieldset", { class: "checks" }, element("legend", {}, legend), ...labels),
    set(values) {
      options.forEach(({ value }, i) => (inputs[i].checked = values.includes(value)));
    },
  };
}
