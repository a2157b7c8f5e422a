/**
 * A marker on a horizontal axis that is dragged, or moved by the arrow keys: a slider to assistive
 * technology.
 */
import { element, setText } from "./dom.js";

export interface HandleOptions {
  readonly label: string;
  /** Extra classes, for place and colour. */
  readonly kind: string;
  readonly min: number;
  readonly max: number;
  /** What an arrow key moves it by; ten times that with Shift or by Page Up and Down. */
  readonly step: () => number;
  /** CSS pixels of one unit of the value. */
  readonly pixelsPerUnit: () => number;
  readonly format: (value: number) => string;
  readonly onMove: (value: number) => void;
}

export class Handle {
  readonly root: HTMLElement;
  private value = 0;
  private readonly caption: HTMLElement;

  constructor(private readonly options: HandleOptions) {
    const { label, kind, min, max } = options;
    this.caption = element("span", { class: "caption" });
    this.root = element(
      "div",
      {
        class: `handle ${kind}`,
        role: "slider",
        tabindex: 0,
        "aria-label": label,
        "aria-valuemin": min,
        "aria-valuemax": max,
      },
      this.caption,
    );
    this.root.addEventListener("pointerdown", (event) => this.drag(event));
    this.root.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Shows `value` at `left` CSS pixels; hidden where that is outside. */
  set(value: number, left: number | null): void {
    this.value = value;
    const text = this.options.format(value);
    this.root.setAttribute("aria-valuenow", String(value));
    this.root.setAttribute("aria-valuetext", text);
    setText(this.caption, `${this.options.label} ${text}`);
    this.root.classList.toggle("outside", left === null);
    if (left !== null) this.root.style.left = `${left}px`;
  }

  private move(value: number): void {
    const { min, max, onMove } = this.options;
    onMove(Math.min(max, Math.max(min, value)));
  }

  /** By how far the pointer went since it took hold: so it works too where the axis moves along. */
  private drag(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    this.root.focus();
    this.root.setPointerCapture(event.pointerId);
    const [start, from] = [this.value, event.clientX];
    const perUnit = this.options.pixelsPerUnit();
    const ended = new AbortController();
    const { signal } = ended;
    this.root.addEventListener("pointermove", (at) => this.move(start + (at.clientX - from) / perUnit), {
      signal,
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.root.addEventListener(end, () => ended.abort(), { signal });
    }
  }

  private onKey(event: KeyboardEvent): void {
    const { min, max, step } = this.options;
    const by = step() * (event.shiftKey ? 10 : 1);
    const targets: Record<string, number> = {
      ArrowRight: this.value + by,
      ArrowUp: this.value + by,
      ArrowLeft: this.value - by,
      ArrowDown: this.value - by,
      PageUp: this.value + 10 * step(),
      PageDown: this.value - 10 * step(),
      Home: min,
      End: max,
    };
    if (!Object.hasOwn(targets, event.key)) return;
    event.preventDefault();
    this.move(targets[event.key]);
  }
}
