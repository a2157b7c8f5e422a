/** Elements in one expression. */

export type Child = Node | string | null;

/**
 * A new element with attributes; `class` and `aria-*` by their names in HTML. False leaves a
 * boolean attribute out.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number | boolean>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A button that does something. */
export function button(label: string, onClick: () => void, kind = ""): HTMLButtonElement {
  const made = element("button", { type: "button", class: `button ${kind}`.trim() }, label);
  made.addEventListener("click", onClick);
  return made;
}

/** The text, if it differs: writing it anew each frame would cost a layout. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

let ids = 0;

/** An id that no other element has. */
export function freshId(prefix: string): string {
  ids += 1;
  return `${prefix}-${ids}`;
}
