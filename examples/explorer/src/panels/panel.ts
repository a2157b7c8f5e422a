/** What the shell knows of a panel. */
import type { Linked } from "../shell/store.js";

export interface PanelView {
  readonly root: HTMLElement;
  readonly store: Linked;
  /** Told when its tab is shown or left: whoever animates stops. */
  visible(shown: boolean): void;
}

export interface Panel {
  /** In links. */
  readonly id: string;
  readonly title: string;
  /** Where there is little room. */
  readonly short: string;
  create(): PanelView;
}
