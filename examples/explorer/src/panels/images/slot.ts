/** A place for one image: a file is chosen, or dropped anywhere on the panel. */
import { element, freshId, setText } from "../../ui/dom.js";
import type { Picture } from "./compare.js";

export class Slot {
  readonly root: HTMLElement;
  private readonly canvas = element("canvas", { role: "img", hidden: true });
  private readonly caption = element("figcaption");

  constructor(
    private readonly label: string,
    onFile: (file: File) => void,
  ) {
    const id = freshId("file");
    const input = element("input", { type: "file", id, accept: "image/*", class: "unseen" });
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      // Emptied, so that the same file can be chosen again after it was changed.
      if (file) onFile(file);
      input.value = "";
    });
    const choose = element("label", { for: id, class: "button" }, `Choose ${label.toLowerCase()}`);
    this.root = element("figure", { class: "slot" }, this.canvas, this.caption, input, choose);
    this.show(null);
  }

  show(picture: Picture | null): void {
    this.canvas.hidden = picture === null;
    this.root.classList.toggle("empty", picture === null);
    if (picture === null) {
      setText(this.caption, `${this.label}: drop it here`);
      return;
    }
    const { name, width, height, bytes } = picture;
    setText(this.caption, `${name}, ${width} × ${height}`);
    this.canvas.setAttribute("aria-label", `${this.label}: ${name}`);
    paint(this.canvas, width, height, new Uint8ClampedArray(bytes.buffer));
  }
}

export function paint(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  pixels: Uint8ClampedArray<ArrayBuffer>,
): void {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")!.putImageData(new ImageData(pixels, width, height), 0, 0);
}
