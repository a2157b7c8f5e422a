/** Moving and adding points by pointer and by keyboard. */
import { announce } from "../../ui/announce.js";
import { formatNumber } from "../../ui/format.js";
import { type Cloud, clamp, type Point } from "./cloud.js";
import { AREA } from "./state.js";

export interface Board {
  readonly surface: HTMLElement;
  cloud(): Cloud;
  /** A place on the surface, in CSS pixels, as a point. */
  pointAt(left: number, top: number): Point;
  /** CSS pixels of a unit of x and of y. */
  unit(): Point;
  move(index: number, to: Point): void;
  add(at: Point): void;
  /** Takes an added point away; puts a moved one back. */
  undo(index: number): void;
  select(index: number | null): void;
}

/** CSS pixels: how near a press must be to take hold, how far it goes before it is a drag. */
const REACH = { mouse: 10, touch: 22 };
const DRAG = 4;
/** What an arrow key moves a point by. */
const STEP = 0.1;

export const HELP =
  "Page Up and Page Down choose a point, arrow keys move it (with Shift farther), Enter adds an outlier beside it, Delete undoes.";

export class Hands {
  private selected: number | null = null;

  constructor(private readonly board: Board) {
    const { surface } = board;
    surface.addEventListener("pointerdown", (event) => this.press(event));
    surface.addEventListener("keydown", (event) => this.onKey(event));
    surface.addEventListener("blur", () => this.choose(null));
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    const { surface } = this.board;
    surface.setPointerCapture(event.pointerId);
    const start = this.place(event);
    const reach = event.pointerType === "touch" ? REACH.touch : REACH.mouse;
    const held = this.board.cloud().nearest(start, this.board.unit(), reach);
    let dragged = false;
    const ended = new AbortController();
    const { signal } = ended;
    const move = (at: PointerEvent): void => {
      dragged ||= Math.hypot(at.clientX - event.clientX, at.clientY - event.clientY) >= DRAG;
      if (dragged && held !== null) this.board.move(held, this.place(at));
    };
    const release = (): void => {
      ended.abort();
      if (!dragged) this.click(start, held);
    };
    surface.addEventListener("pointermove", move, { signal });
    surface.addEventListener("pointerup", release, { signal });
    surface.addEventListener("pointercancel", () => ended.abort(), { signal });
  }

  /** A click adds an outlier; on one that was added, it takes it away. */
  private click(at: Point, held: number | null): void {
    const cloud = this.board.cloud();
    if (held !== null && held >= cloud.drawn) this.board.undo(held);
    else this.board.add(at);
  }

  private place(event: PointerEvent): Point {
    const { left, top } = this.board.surface.getBoundingClientRect();
    const { x, y } = this.board.pointAt(event.clientX - left, event.clientY - top);
    return { x: clamp(x, AREA.x), y: clamp(y, AREA.y) };
  }

  private onKey(event: KeyboardEvent): void {
    const by = STEP * (event.shiftKey ? 10 : 1);
    const actions: Record<string, () => void> = {
      PageDown: () => this.goOn(1),
      PageUp: () => this.goOn(-1),
      ArrowRight: () => this.shift(by, 0),
      ArrowLeft: () => this.shift(-by, 0),
      ArrowUp: () => this.shift(0, by),
      ArrowDown: () => this.shift(0, -by),
      Enter: () => this.addBeside(),
      Delete: () => this.undo(),
      Backspace: () => this.undo(),
    };
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  }

  private choose(index: number | null): void {
    this.selected = index;
    this.board.select(index);
  }

  /** The next point to the right, or to the left: in the order that is seen. */
  private goOn(direction: 1 | -1): void {
    const { x, length } = this.board.cloud();
    const from = this.selected;
    let [next, least]: [number | null, number] = [null, Infinity];
    for (let i = 0; i < length; i++) {
      const ahead = from === null ? x[i] * direction : (x[i] - x[from]) * direction;
      const after = from === null || ahead > 0 || (ahead === 0 && (i - from) * direction > 0);
      if (after && ahead < least) [next, least] = [i, ahead];
    }
    if (next === null) {
      announce(direction > 0 ? "No point farther right." : "No point farther left.");
      return;
    }
    this.choose(next);
    this.tell("");
  }

  private shift(dx: number, dy: number): void {
    if (this.selected === null) {
      this.goOn(1);
      return;
    }
    const cloud = this.board.cloud();
    const [x, y] = [cloud.x[this.selected] + dx, cloud.y[this.selected] + dy];
    this.board.move(this.selected, { x: round(clamp(x, AREA.x)), y: round(clamp(y, AREA.y)) });
    this.tell("moved to ");
  }

  private addBeside(): void {
    const cloud = this.board.cloud();
    const at = this.selected;
    this.board.add(at === null ? { x: 9, y: -3 } : { x: cloud.x[at], y: clamp(cloud.y[at] - 3, AREA.y) });
    const { length, drawn } = this.board.cloud();
    if (length > drawn) {
      this.choose(length - 1);
      this.tell("outlier added at ");
    }
  }

  private undo(): void {
    if (this.selected === null || !this.board.cloud().isSpecial(this.selected)) return;
    const added = this.selected >= this.board.cloud().drawn;
    this.board.undo(this.selected);
    announce(added ? "Outlier taken away." : "Point put back.");
    if (added) this.choose(null);
  }

  private tell(what: string): void {
    const { x, y } = this.board.cloud();
    const at = this.selected!;
    announce(`Point ${at + 1}: ${what}x ${formatNumber(x[at], 3)}, y ${formatNumber(y[at], 3)}.`);
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
