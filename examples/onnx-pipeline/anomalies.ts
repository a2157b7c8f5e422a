/**
 * What can be wrong with an image: each kind alters a good one, or puts another picture in its
 * place.
 */
import { manualSeed, rand } from "lossgrad";
import { imageSize, side } from "../support/image.js";

/** Numbers from 0 to 1, below 1. */
export type Draw = () => number;

/** lossgrad's random numbers, a block at a time: the same in Node and in every browser. */
export function dice(seed: number): Draw {
  manualSeed(seed);
  let block: number[] = [];
  let next = 0;
  return () => {
    if (next === block.length) {
      block = rand([4096]).tolist() as number[];
      next = 0;
    }
    return block[next++];
  };
}

/** Heights on a grid, row by row: vega-datasets' volcano, the real relief of Maunga Whau. */
export interface Relief {
  readonly width: number;
  readonly height: number;
  readonly values: readonly number[];
}

type Alter = (image: Float32Array, draw: Draw, relief: Relief) => Float32Array;

/** A whole number from `least` up to and without `end`. */
const between = (draw: Draw, least: number, end: number) => least + Math.floor(draw() * (end - least));

/** A pixel at a time, from its row and column. */
function draw(pixel: (row: number, column: number) => number): Float32Array {
  return Float32Array.from({ length: imageSize }, (_, i) => pixel(Math.floor(i / side), i % side));
}

/** One pixel in twenty is white. */
const dust: Alter = (image, draw) => image.map((value) => (draw() < 0.05 ? 1 : value));

/** A white line from edge to edge. */
const scratch: Alter = (image, roll) => {
  const [from, to] = [between(roll, 3, side - 3), between(roll, 3, side - 3)];
  return draw((row, column) => {
    const line = Math.round(from + ((to - from) * column) / (side - 1));
    return row === line ? 1 : image[row * side + column];
  });
};

/** Paper for ink, and ink for paper. */
const negative: Alter = (image) => image.map((value) => 1 - value);

/** Five to eight pixels too far to the right. */
const shifted: Alter = (image, roll) => {
  const by = between(roll, 5, 9);
  return draw((row, column) => (column < by ? 0 : image[row * side + column - by]));
};

/** A picture of something else: a part of the relief, dark to light. */
const relief: Alter = (_, roll, { width, height, values }) => {
  const [top, left] = [between(roll, 0, height - side + 1), between(roll, 0, width - side + 1)];
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return draw((row, column) => (values[(top + row) * width + left + column] - least) / range);
};

/**
 * Rows for columns: strokes as good as any, only not of a digit. Nothing that rebuilds strokes can
 * tell.
 */
const transposed: Alter = (image) => draw((row, column) => image[column * side + row]);

export const anomalies = { dust, scratch, negative, shifted, relief, transposed } as const;

export type Kind = keyof typeof anomalies;

export const kinds = Object.keys(anomalies) as Kind[];
