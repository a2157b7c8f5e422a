/** Where in images the errors are, as an image in the plot. */
import { encode } from "fast-png";
import type { ErrorMap } from "../../picture/error-map.js";
import type { ImageLayout } from "../../picture/image.js";
import { counted, digits } from "../numbers.js";
import { type Colors, SIZE } from "./draw.js";
import type { Figure } from "./plots.js";

/** Viridis, by Smith and van der Walt, which colour-blind readers and grey printers tell apart. */
const SCALE = [0x440154, 0x46327e, 0x365c8d, 0x277f8e, 0x1fa187, 0x4ac16d, 0xa0da39, 0xfde725];
/** Room for the image, and for the scale beside it. */
const ROOM = { x: 16, y: 8, width: 360, height: 288 };
const LEGEND = { x: 396, width: 14 };

export function errorMapFigure(map: ErrorMap, colors: Colors): Figure[] {
  const means = map.means();
  const there = Float64Array.from(means.filter((mean) => !Number.isNaN(mean))).sort();
  if (there.length === 0) return [];
  const largest = there[there.length - 1];
  const most = there[Math.floor(0.99 * (there.length - 1))];
  // Few pixels that are far off would hide the others.
  const isCut = most > 0 && largest > 2 * most;
  const top = isCut ? most : largest;
  const image = imageOf(means, map, top);
  const { width, height } = map.layout;
  const scale = Math.min(ROOM.width / width, ROOM.height / height);
  const size = { width: round(width * scale), height: round(height * scale) };
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}" ` +
      `viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-size="12" font-family="system-ui, DejaVu Sans, sans-serif">`,
    placed(image, { x: ROOM.x, y: ROOM.y, ...size }),
    `<rect x="${ROOM.x}" y="${ROOM.y}" width="${size.width}" height="${size.height}" fill="none" ` +
      `stroke="${colors.muted}"/>`,
    ...legend(top, isCut, colors),
    "</svg>",
  ].join("");
  return [{ title: "Where the errors are", caption: captionOf(map, isCut ? largest : null), svg }];
}

function captionOf({ layout, step }: ErrorMap, largest: number | null): string {
  const { images, channels, width, height }: ImageLayout = layout;
  const over = [
    ...(images > 1 ? [`${counted(images)} images`] : []),
    ...(channels > 1 ? [`${channels} channels`] : []),
  ];
  const what = `The mean |error| at each place of ${width} × ${height} pixels`;
  const cells = step > 1 ? ` Each square stands for ${step} × ${step} pixels.` : "";
  const cut = largest === null ? "" : ` The worst hundredth of them goes up to ${digits(round3(largest))}.`;
  return `${what}${over.length > 0 ? `, over ${over.join(" and ")}` : ""}.${cells}${cut}`;
}

function legend(top: number, isCut: boolean, { text, muted }: Colors): string[] {
  const steps = Array.from({ length: 64 }, (_, i) => 1 - (i + 0.5) / 64);
  const strip = png(1, steps.length, (i) => colorOf(steps[i]));
  const { x, width } = LEGEND;
  const at = { x, y: ROOM.y, width, height: ROOM.height };
  const label = (share: number, words: string): string =>
    `<text x="${x + width + 6}" y="${round(ROOM.y + ROOM.height * (1 - share) + 4)}" fill="${text}">${words}</text>`;
  return [
    placed(strip, at),
    `<rect x="${x}" y="${at.y}" width="${width}" height="${at.height}" fill="none" stroke="${muted}"/>`,
    label(0.97, `${isCut ? "≥ " : ""}${digits(round3(top))}`),
    ...(top > 0 ? [label(0.5, digits(round3(top / 2))), label(0.02, "0")] : []),
    `<text x="${x}" y="${ROOM.y + ROOM.height + 16}" fill="${text}">|error|</text>`,
  ];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An image whose pixels stay squares, however large it is drawn. */
function placed(source: string, { x, y, width, height }: Box): string {
  return (
    `<image x="${x}" y="${y}" width="${width}" height="${height}" preserveAspectRatio="none" ` +
    `image-rendering="optimizeSpeed" style="image-rendering:pixelated" href="${source}"/>`
  );
}

function imageOf(means: Float64Array, { columns, rows }: ErrorMap, top: number): string {
  return png(columns, rows, (i) => (Number.isNaN(means[i]) ? null : colorOf(top > 0 ? means[i] / top : 0)));
}

type Color = readonly [red: number, green: number, blue: number];

/** Null is transparent. */
function png(width: number, height: number, colorAt: (i: number) => Color | null): string {
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const color = colorAt(i);
    if (color) data.set([...color, 255], 4 * i);
  }
  const bytes = encode({ width, height, data, channels: 4 });
  return `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
}

/** Of a share from 0 to 1. */
function colorOf(share: number): Color {
  const at = Math.min(1, share) * (SCALE.length - 1);
  const from = Math.min(SCALE.length - 2, Math.floor(at));
  const [a, b] = [SCALE[from], SCALE[from + 1]];
  const mixed = [16, 8, 0].map((shift) => {
    const [one, other] = [(a >> shift) & 255, (b >> shift) & 255];
    return Math.round(one + (other - one) * (at - from));
  });
  return mixed as unknown as Color;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function round3(value: number): number {
  return Number(value.toPrecision(3));
}
