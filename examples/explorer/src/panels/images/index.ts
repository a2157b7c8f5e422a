/** Images: the L1 loss of two images' bytes, channel by channel, and where it comes from. */
import { announce } from "../../ui/announce.js";
import { choice } from "../../ui/choice.js";
import { button, element } from "../../ui/dom.js";
import { formatNumber } from "../../ui/format.js";
import { slider } from "../../ui/slider.js";
import type { Panel, PanelView } from "../panel.js";
import { CHANNELS, compare, type Comparison, mismatch, type Picture } from "./compare.js";
import { decode } from "./decode.js";
import { drawErrors } from "./error-map.js";
import { samples } from "./samples.js";
import { paint, Slot } from "./slot.js";
import { createStore, GAIN, type ImagesState } from "./state.js";

export const images: Panel = {
  id: "images",
  title: "Images",
  short: "Images",
  create: () => new ImagesView(),
};

const INTRODUCTION =
  "This is the mean absolute error of two images of one size, computed on their bytes as they are: 0 " +
  "means equal, 255 means black against white. Autoencoders are judged by it: where the error is large, " +
  "the model did not expect what is there.";

class ImagesView implements PanelView {
  readonly store = createStore();
  readonly root: HTMLElement;
  private readonly slots = ["First image", "Second image"].map(
    (label, i) => new Slot(label, (file) => void this.take([file], i)),
  );
  private readonly pictures: (Picture | null)[] = [null, null];
  private readonly message = element("p", { class: "notice", role: "alert", hidden: true });
  private readonly map = element("canvas", { role: "img" });
  private readonly result = element("div", { class: "scrolled errors" });
  private readonly figure = element(
    "figure",
    { class: "slot map" },
    this.map,
    element("figcaption", {}, "Error at each pixel"),
  );
  private comparison: Comparison | null = null;

  constructor() {
    const controls = this.controls();
    const slots = element("div", { class: "slots" }, ...this.slots.map(({ root }) => root), this.figure);
    const plots = element("div", { class: "plots" }, this.message, slots, this.result);
    this.root = element("div", { class: "panel" }, controls.root, plots);
    this.figure.hidden = true;
    this.acceptDrops();
    this.store.subscribe(() => {
      controls.show(this.store.values);
      if (this.store.values.sample && this.pictures.every((picture) => picture === null)) this.showSamples();
      this.drawMap();
    });
    controls.show(this.store.values);
  }

  visible(): void {
    // Nothing moves here.
  }

  private controls(): { root: HTMLElement; show(values: Readonly<ImagesState>): void } {
    const view = choice(
      "Show errors",
      [
        { value: "map", label: "as heat" },
        { value: "color", label: "by channel" },
      ],
      (value: ImagesState["view"]) => this.store.set({ view: value }),
    );
    const gain = slider({
      label: "Brightness of errors",
      ...GAIN,
      step: 1,
      format: (value) => `${value} ×`,
      onInput: (value) => this.store.set({ gain: value }),
    });
    const sample = button("Show two samples", () => {
      this.showSamples();
      this.store.set({ sample: true });
    });
    const root = element(
      "form",
      { class: "controls", "aria-label": "Images" },
      element("p", {}, INTRODUCTION),
      element("div", { class: "row" }, sample),
      view.root,
      gain.root,
      element("p", { class: "hint" }, "Drop two images here, or choose them. They stay in this tab."),
    );
    return {
      root,
      show(values) {
        view.set(values.view);
        gain.set(values.gain);
      },
    };
  }

  private acceptDrops(): void {
    this.root.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.root.classList.add("dropping");
    });
    this.root.addEventListener("dragleave", () => this.root.classList.remove("dropping"));
    this.root.addEventListener("drop", (event) => {
      event.preventDefault();
      this.root.classList.remove("dropping");
      const files = [...(event.dataTransfer?.files ?? [])];
      const on = this.slots.findIndex(({ root }) => root.contains(event.target as Node));
      const free = this.pictures.indexOf(null);
      void this.take(files, files.length > 1 ? 0 : on >= 0 ? on : Math.max(0, free));
    });
  }

  /** Takes files for the places from `first` on. */
  private async take(files: readonly File[], first: number): Promise<void> {
    if (files.length === 0) {
      this.complain("What was dropped holds no file: drop images as files.");
      return;
    }
    if (files.length > 2) {
      this.complain(`Two images are compared, ${files.length} were dropped.`);
      return;
    }
    this.complain(null);
    for (const [i, file] of files.entries()) {
      try {
        this.put(first + i, await decode(file));
      } catch (error) {
        this.complain((error as Error).message);
        return;
      }
    }
    this.store.set({ sample: false });
    this.evaluate();
  }

  private showSamples(): void {
    this.complain(null);
    samples().forEach((picture, i) => this.put(i, picture));
    this.evaluate();
  }

  private put(place: number, picture: Picture): void {
    this.pictures[place] = picture;
    this.slots[place].show(picture);
    this.comparison = null;
    this.figure.hidden = true;
    this.result.replaceChildren();
  }

  private evaluate(): void {
    const [a, b] = this.pictures;
    if (!a || !b) return;
    const problem = mismatch(a, b);
    if (problem !== null) {
      this.complain(problem);
      return;
    }
    this.comparison = compare(a, b);
    this.result.replaceChildren(tableOf(this.comparison));
    this.drawMap();
    announce(`Mean absolute error ${formatNumber(this.comparison.mean)} of 255.`);
  }

  private drawMap(): void {
    const [picture] = this.pictures;
    this.figure.hidden = this.comparison === null;
    if (this.comparison === null || !picture) return;
    const { values } = this.store;
    paint(this.map, picture.width, picture.height, drawErrors(this.comparison.errors, values));
    this.map.setAttribute(
      "aria-label",
      `Error at each pixel, ${values.gain} times as bright; the table has the means`,
    );
  }

  private complain(message: string | null): void {
    this.message.hidden = message === null;
    this.message.textContent = message ?? "";
  }
}

function tableOf({ channels, mean, largest }: Comparison): HTMLElement {
  const row = (name: string, value: string, color = ""): HTMLElement => {
    const mark = color === "" ? null : element("span", { class: "mark", style: `--mark: var(${color})` });
    return element("tr", {}, element("th", { scope: "row" }, mark, name), element("td", {}, value));
  };
  const rows = CHANNELS.map((name, i) => row(name, formatNumber(channels[i], 6), `--${name}`));
  return element(
    "table",
    {},
    element("caption", {}, "L1 loss (mean absolute error), of 255"),
    element(
      "tbody",
      {},
      ...rows,
      row("red, green and blue", formatNumber(mean, 6)),
      row("largest error of a byte", String(largest)),
    ),
  );
}
