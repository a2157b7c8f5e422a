/** The colours of style.css for what is drawn on a canvas: light or dark, as the system asks. */

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const known = new Map<string, string>();
const listeners: (() => void)[] = [];

dark.addEventListener("change", () => {
  known.clear();
  for (const listener of listeners) listener();
});

/**
 * The value of a custom property. Asked for in every frame, so it is kept: computed styles cost a
 * layout.
 */
export function themeColor(property: string): string {
  let value = known.get(property);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
    known.set(property, value);
  }
  return value;
}

/** Calls `listener` when the colours change. */
export function onTheme(listener: () => void): void {
  listeners.push(listener);
}
