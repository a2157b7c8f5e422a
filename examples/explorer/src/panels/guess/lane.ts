/** One loss's game: a row for each guess, its answer as a handle, and the steps that it took. */
import { LOSSES, type LossId } from "../../losses.js";
import { element, setText } from "../../ui/dom.js";
import { formatNumber } from "../../ui/format.js";
import { Handle } from "../../ui/handle.js";
import { onTheme, themeColor } from "../../ui/theme.js";
import { BOARD } from "./state.js";
import type { Outcome, Walk } from "./walk.js";

const ROW = 40;
/** Room at both ends for marks at 0 and 100. */
const MARGIN = 18;
/** Steps that are drawn: the last ones. */
const TRAIL = 400;

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  walks: "",
  arrived: "Arrived.",
  swings: "Swings about the answers: its steps do not shrink.",
  diverged: "Diverged: each step overshoots by more than the last.",
};

export class Lane {
  readonly root: HTMLElement;
  private readonly board = element("div", { class: "board" });
  private readonly canvas = element("canvas", { "aria-hidden": "true" });
  private readonly status = element("p", { class: "status" });
  private readonly handles: readonly Handle[];
  private walk: Walk | null = null;
  private answers: readonly number[] = [];

  constructor(
    readonly id: LossId,
    rows: number,
    onAnswer: (row: number, value: number) => void,
  ) {
    const { name, color, formula } = LOSSES[id];
    this.handles = Array.from({ length: rows }, (_, row) => this.handle(row, onAnswer));
    this.board.style.height = `${rows * ROW}px`;
    this.board.append(this.canvas, ...this.handles.map((handle) => handle.root));
    const mark = element("span", { class: "mark", style: `--mark: var(${color})` });
    const heading = element("h2", {}, mark, name, element("small", {}, ` mean of ${formula}`));
    this.root = element("section", { class: "lane", "aria-label": name }, heading, this.board, this.status);
    new ResizeObserver(() => this.draw()).observe(this.board);
    onTheme(() => this.draw());
  }

  show(walk: Walk, answers: readonly number[]): void {
    this.walk = walk;
    this.answers = answers;
    setText(this.status, describe(walk));
    this.draw();
  }

  private handle(row: number, onAnswer: (row: number, value: number) => void): Handle {
    const handle = new Handle({
      label: "answer",
      kind: "answer",
      ...BOARD,
      step: () => 1,
      pixelsPerUnit: () => this.place(1) - this.place(0),
      format: (value) => formatNumber(value, 3),
      onMove: (value) => onAnswer(row, Math.round(value)),
    });
    handle.root.style.top = `${row * ROW + ROW / 2}px`;
    handle.root.setAttribute("aria-label", `answer ${row + 1}`);
    return handle;
  }

  private place(value: number): number {
    return MARGIN + ((value - BOARD.min) / (BOARD.max - BOARD.min)) * (this.board.clientWidth - 2 * MARGIN);
  }

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.board;
    if (this.walk === null || width === 0) return;
    this.answers.forEach((answer, row) => this.handles[row].set(answer, this.place(answer)));
    const ratio = devicePixelRatio;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const context = this.canvas.getContext("2d")!;
    context.scale(ratio, ratio);
    for (let row = 0; row < this.answers.length; row++) this.drawRow(context, row, width);
  }

  private drawRow(context: CanvasRenderingContext2D, row: number, width: number): void {
    const middle = row * ROW + ROW / 2;
    context.strokeStyle = themeColor("--grid");
    context.beginPath();
    context.moveTo(MARGIN, middle);
    context.lineTo(width - MARGIN, middle);
    context.stroke();
    const path = this.walk!.guesses.slice(-TRAIL).map((guesses) => guesses[row]);
    context.fillStyle = themeColor(LOSSES[this.id].color);
    context.globalAlpha = 0.35;
    for (const guess of path.slice(0, -1)) disc(context, this.clamped(guess), middle, 3);
    context.globalAlpha = 1;
    const last = path.at(-1)!;
    disc(context, this.clamped(last), middle, 8);
    if (last < BOARD.min || last > BOARD.max || Number.isNaN(last))
      this.drawBeyond(context, last, middle, width);
  }

  /** At an edge of the board if the guess is beyond it. */
  private clamped(guess: number): number {
    return this.place(Number.isNaN(guess) ? BOARD.min : Math.min(BOARD.max, Math.max(BOARD.min, guess)));
  }

  /** Where a guess is that left the board. */
  private drawBeyond(context: CanvasRenderingContext2D, guess: number, middle: number, width: number): void {
    const right = guess > BOARD.max;
    context.font = "600 12px system-ui, sans-serif";
    context.textAlign = right ? "right" : "left";
    context.fillStyle = themeColor("--ink");
    const text = right ? `${formatNumber(guess, 3)} →` : `← ${formatNumber(guess, 3)}`;
    context.fillText(text, right ? width - MARGIN - 12 : MARGIN + 12, middle - 8);
  }
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Where the game stands, in a sentence or two. */
export function describe(walk: Walk): string {
  const taken = walk.steps.length;
  const last = walk.steps.at(-1);
  const sizes = last ? `, last step ${last.map((size) => formatNumber(Math.abs(size), 3)).join(" · ")}` : "";
  const loss = formatNumber(walk.losses.at(-1)!);
  return `After ${taken} ${taken === 1 ? "step" : "steps"}: loss ${loss}${sizes}. ${OUTCOMES[walk.outcome]}`.trim();
}
