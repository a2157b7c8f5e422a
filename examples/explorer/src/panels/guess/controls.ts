/** Setting up the game and playing it. */
import { LOSS_IDS, LOSSES } from "../../losses.js";
import type { Store } from "../../shell/store.js";
import { checks } from "../../ui/choice.js";
import { button, element, freshId } from "../../ui/dom.js";
import { formatNumber } from "../../ui/format.js";
import { slider } from "../../ui/slider.js";
import { BEND, BOARD, type GuessState, RATE, SPEED } from "./state.js";

export interface Player {
  toggle(): void;
  step(): void;
  reset(): void;
}

export interface Controls {
  readonly root: HTMLElement;
  /** Play, step, reset: beside what they move, where a phone shows both. */
  readonly buttons: HTMLElement;
  show(values: Readonly<GuessState>, playing: boolean): void;
}

const INTRODUCTION =
  "Three guesses walk to three answers. The gradient points uphill, where the loss is larger, so each " +
  "step goes the other way: it subtracts the learning rate times the gradient. The gradient of L1 has " +
  "one size, so its steps stay equally long, and in the end the guess swings about the answer. The " +
  "steps of MSE shrink as the guess comes near. Too large a learning rate makes MSE diverge. The bad " +
  "loss never arrives at all.";

/** Numbers that are typed, or moved by arrow keys. */
function numberRow(
  legend: string,
  length: number,
  onChange: (values: number[]) => void,
): {
  root: HTMLElement;
  set(values: readonly number[]): void;
} {
  const inputs = Array.from({ length }, (_, i) => {
    const id = freshId("number");
    const input = element("input", {
      type: "number",
      id,
      ...BOARD,
      step: "any",
      "aria-label": `${legend} ${i + 1}`,
    });
    return input;
  });
  for (const input of inputs) {
    input.addEventListener("change", () => {
      if (inputs.every((each) => each.value !== "" && each.validity.valid)) {
        onChange(inputs.map((each) => each.valueAsNumber));
      }
    });
  }
  return {
    root: element("fieldset", { class: "numbers" }, element("legend", {}, legend), ...inputs),
    set(values) {
      inputs.forEach((input, i) => {
        if (input !== document.activeElement || input.valueAsNumber !== values[i])
          input.value = String(values[i]);
      });
    },
  };
}

export function createControls(store: Store<GuessState>, player: Player): Controls {
  const start = (change: Partial<GuessState>): void => store.set({ ...change, steps: 0 });
  const losses = checks(
    "Play with",
    LOSS_IDS.map((value) => ({ value, label: LOSSES[value].name, color: LOSSES[value].color })),
    (chosen) => (chosen.length > 0 ? store.set({ losses: chosen }) : losses.set(store.values.losses)),
  );
  const short = (value: number): string => formatNumber(value, 3);
  const rate = slider({
    label: "Learning rate",
    ...RATE,
    step: 0.05,
    scale: "log",
    format: short,
    onInput: (lr) => start({ lr: Number(lr.toPrecision(3)) }),
  });
  const [delta, beta] = (["delta", "beta"] as const).map((name) =>
    slider({
      label: name === "delta" ? "δ of Huber" : "β of SmoothL1",
      ...BEND,
      step: 1,
      format: short,
      onInput: (value) => start({ [name]: value }),
    }),
  );
  const speed = slider({
    label: "Steps a second",
    ...SPEED,
    step: 1,
    format: short,
    onInput: (value) => store.set({ speed: value }),
  });
  const answers = numberRow("Answers", 3, (values) => start({ answers: values }));
  const guesses = numberRow("First guesses", 3, (values) => start({ guesses: values }));
  const play = button("Play", () => player.toggle(), "primary");
  const row = element(
    "div",
    { class: "row" },
    play,
    button("Step", () => player.step()),
    button("Reset", () => player.reset()),
  );
  const presets = element(
    "div",
    { class: "row" },
    button("Notebook: lr 0.1", () => start({ lr: 0.1 }), "quiet"),
    button("lr 10: MSE diverges", () => start({ lr: 10 }), "quiet"),
  );
  const root = element(
    "form",
    { class: "controls", "aria-label": "Guessing game" },
    element("p", {}, INTRODUCTION),
    rate.root,
    presets,
    losses.root,
    delta.root,
    beta.root,
    answers.root,
    guesses.root,
    speed.root,
  );
  root.addEventListener("submit", (event) => event.preventDefault());
  return {
    root,
    buttons: row,
    show(values, playing) {
      play.textContent = playing ? "Pause" : "Play";
      losses.set(values.losses);
      rate.set(values.lr);
      delta.set(values.delta);
      beta.set(values.beta);
      delta.root.hidden = !values.losses.includes("huber");
      beta.root.hidden = !values.losses.includes("smoothL1");
      answers.set(values.answers);
      guesses.set(values.guesses);
      speed.set(values.speed);
    },
  };
}
