/** The guessing game: three guesses walk to three answers, by each loss side by side. */
import { LOSSES, type LossId } from "../../losses.js";
import { announce } from "../../ui/announce.js";
import { element } from "../../ui/dom.js";
import type { Panel, PanelView } from "../panel.js";
import { GuessCharts } from "./charts.js";
import { createControls } from "./controls.js";
import { describe, Lane } from "./lane.js";
import { createStore, type GuessState, MOST_STEPS } from "./state.js";
import { Walk } from "./walk.js";

export const guess: Panel = {
  id: "guess",
  title: "Guessing game",
  short: "Guesses",
  create: () => new GuessView(),
};

class GuessView implements PanelView {
  readonly store = createStore();
  readonly root: HTMLElement;
  private readonly controls = createControls(this.store, {
    toggle: () => this.play(!this.playing),
    step: () => this.stepByHand(),
    reset: () => {
      this.play(false);
      this.store.set({ steps: 0 });
      announce("Back at the first guesses.");
    },
  });
  private readonly charts = new GuessCharts();
  private readonly lanes = element("div", { class: "lanes" });
  private readonly laneOf = new Map<LossId, Lane>();
  private readonly walks = new Map<LossId, Walk>();
  /** What the walks were set up with. */
  private setup = "";
  private playing = false;
  private shown = false;
  private frame = 0;
  private lastStep = 0;
  private pending = 0;

  constructor() {
    const charts = element("div", { class: "pair" }, this.charts.loss.root, this.charts.size.root);
    const plots = element("div", { class: "plots" }, this.controls.buttons, this.lanes, charts);
    this.root = element("div", { class: "panel" }, this.controls.root, plots);
    this.store.subscribe(() => this.schedule());
  }

  visible(shown: boolean): void {
    this.shown = shown;
    if (shown) this.schedule();
    else this.play(false);
  }

  private play(on: boolean): void {
    if (on === this.playing) return;
    this.playing = on;
    cancelAnimationFrame(this.frame);
    if (on) {
      if (this.store.values.steps === MOST_STEPS) this.store.set({ steps: 0 });
      this.lastStep = performance.now();
      this.frame = requestAnimationFrame((now) => this.tick(now));
    } else if (this.shown && this.walks.size > 0) {
      announce(`Paused. ${this.summary()}`);
    }
    this.schedule();
  }

  /** As many steps as are due. */
  private tick(now: number): void {
    const pause = 1000 / this.store.values.speed;
    const due = Math.min(10, Math.floor((now - this.lastStep) / pause));
    if (due > 0) {
      this.lastStep = now;
      this.take(due);
    }
    const over = this.store.values.steps >= MOST_STEPS || this.isSettled();
    if (over) this.play(false);
    else this.frame = requestAnimationFrame((next) => this.tick(next));
  }

  private isSettled(): boolean {
    return [...this.walks.values()].every(({ outcome }) => outcome === "arrived" || outcome === "diverged");
  }

  private take(steps: number): void {
    this.store.set({ steps: Math.min(MOST_STEPS, this.store.values.steps + steps) });
  }

  private stepByHand(): void {
    this.play(false);
    this.take(1);
    this.update();
    announce(this.summary());
  }

  private summary(): string {
    return [...this.walks].map(([id, walk]) => `${LOSSES[id].name}: ${describe(walk)}`).join(" ");
  }

  private schedule(): void {
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      this.update();
    });
  }

  /** Brings walks, lanes and charts to what the store says. */
  private update(): void {
    const { values } = this.store;
    this.controls.show(values, this.playing);
    this.prepare(values);
    for (const walk of this.walks.values()) {
      while (walk.steps.length < values.steps) walk.advance();
    }
    for (const [id, walk] of this.walks) this.laneFor(id).show(walk, values.answers);
    this.charts.show(this.walks);
  }

  /** New walks where their setup changed, or the steps went back. */
  private prepare(values: Readonly<GuessState>): void {
    const { answers, guesses, lr, delta, beta, losses, steps } = values;
    const setup = JSON.stringify([answers, guesses, lr, delta, beta]);
    for (const [id, walk] of this.walks) {
      if (setup === this.setup && losses.includes(id) && walk.steps.length <= steps) continue;
      walk.dispose();
      this.walks.delete(id);
    }
    this.setup = setup;
    for (const id of losses) {
      if (!this.walks.has(id)) this.walks.set(id, new Walk(id, { answers, guesses, lr, delta, beta }));
    }
    const lanes = losses.map((id) => this.laneFor(id).root);
    if (
      lanes.length !== this.lanes.children.length ||
      lanes.some((lane, i) => lane !== this.lanes.children[i])
    ) {
      this.lanes.replaceChildren(...lanes);
    }
  }

  private laneFor(id: LossId): Lane {
    let lane = this.laneOf.get(id);
    if (!lane) {
      lane = new Lane(id, this.store.values.answers.length, (row, value) => this.moveAnswer(row, value));
      this.laneOf.set(id, lane);
    }
    return lane;
  }

  private moveAnswer(row: number, value: number): void {
    const answers = this.store.values.answers.map((answer, i) => (i === row ? value : answer));
    this.store.set({ answers, steps: 0 });
  }
}
