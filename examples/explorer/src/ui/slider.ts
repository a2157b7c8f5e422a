/** A labelled range with its value as text. */
import { element, freshId, setText } from "./dom.js";

export interface SliderOptions {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** "log": equal ways multiply; the range then works on the binary logarithm. */
  readonly scale?: "linear" | "log";
  readonly format: (value: number) => string;
  readonly onInput: (value: number) => void;
}

export interface Slider {
  readonly root: HTMLElement;
  set(value: number): void;
}

export function slider({ label, min, max, step, scale, format, onInput }: SliderOptions): Slider {
  const id = freshId("slider");
  const [inward, outward] = scale === "log" ? [Math.log2, (x: number) => 2 ** x] : [Number, Number];
  const input = element("input", { type: "range", id, min: inward(min), max: inward(max), step });
  const output = element("output", { for: id });
  const show = (value: number): void => {
    setText(output, format(value));
    input.setAttribute("aria-valuetext", format(value));
  };
  input.addEventListener("input", () => {
    const value = Math.min(max, Math.max(min, outward(Number(input.value))));
    show(value);
    onInput(value);
  });
  const root = element("div", { class: "slider" }, element("label", { for: id }, label), output, input);
  return {
    root,
    set(value) {
      input.value = String(inward(value));
      show(value);
    },
  };
}
