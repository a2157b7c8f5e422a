import { numelOf } from "../readers/reader.js";

/** How the elements of images lie, one after another, as they come. */
export interface ImageLayout {
  readonly height: number;
  readonly width: number;
  /** How many elements lie from a pixel to the one below it, and to the one right of it. */
  readonly down: number;
  readonly right: number;
  /** How many images, and of how many channels. */
  readonly images: number;
  readonly channels: number;
}

/** Arrays of one shape, by their roles. */
interface Arrays {
  readonly data: Readonly<Record<string, { readonly format: string } | undefined>>;
  readonly shape: readonly number[] | null;
  readonly order: "C" | "F";
}

/** Which dimensions are what; an image has no dimension of channels where it is grey. */
interface Axes {
  readonly height: number;
  readonly width: number;
  readonly channels?: number;
  readonly images?: number;
}

/** Numbers of channels that images have. */
const CHANNELS = [1, 3, 4];
/** What is smaller in either direction is no image, but a list of points or a filter. */
const SMALLEST = 8;

/** How images lie in arrays: those of image files, and such as have their shape; null for others. */
export function imageIn({ data, shape, order }: Arrays): ImageLayout | null {
  if (shape === null) return null;
  const isFile = [data.prediction, data.target].some(
    (one) => one?.format === "png" || one?.format === "jpeg",
  );
  const axes = isFile ? { height: 0, width: 1, channels: shape.length > 2 ? 2 : undefined } : axesOf(shape);
  if (!axes) return null;
  const step = (axis: number): number =>
    numelOf(order === "C" ? shape.slice(axis + 1) : shape.slice(0, axis));
  const length = (axis: number | undefined): number => (axis === undefined ? 1 : shape[axis]);
  return {
    height: shape[axes.height],
    width: shape[axes.width],
    down: step(axes.height),
    right: step(axes.width),
    images: length(axes.images),
    channels: length(axes.channels),
  };
}

/** [H, W, C] and [C, H, W], and several of such. */
function axesOf(shape: readonly number[]): Axes | null {
  const several = shape.length - 3;
  if (several !== 0 && several !== 1) return null;
  const images = several === 1 ? 0 : undefined;
  const ways = [
    { images, height: several, width: several + 1, channels: several + 2 },
    { images, channels: several, height: several + 1, width: several + 2 },
  ];
  const fits = ({ height, width, channels }: (typeof ways)[number]): boolean =>
    CHANNELS.includes(shape[channels]) && shape[height] >= SMALLEST && shape[width] >= SMALLEST;
  return ways.find(fits) ?? null;
}
