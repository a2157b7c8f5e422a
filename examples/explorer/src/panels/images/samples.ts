/**
 * Two small images to look at: a scene, and the same with noise, a brighter corner and a flaw that
 * is hard to see.
 */
import { manualSeed, randn } from "lossgrad";
import type { Picture } from "./compare.js";

const WIDTH = 240;
const HEIGHT = 160;
const NOISE = 2.5;

type Color = readonly [number, number, number];

/** Sky, sun, hills: the colour at a place, both coordinates 0 … 1. */
function scene(x: number, y: number): Color {
  const hill = 0.68 + 0.1 * Math.sin(5.5 * x + 0.6) - 0.05 * Math.sin(13 * x);
  const far = 0.56 + 0.07 * Math.sin(4 * x + 2.4);
  if (y > hill) return [44 + 40 * (1 - y), 96 + 70 * (1 - y), 70];
  if (y > far) return [94, 132 + 30 * (far - y), 128];
  const sun = Math.hypot((x - 0.72) * 1.5, y - 0.28);
  if (sun < 0.11) return [255, 224, 150];
  const glow = Math.max(0, 1 - sun / 0.6) ** 2;
  return [118 + 60 * y + 90 * glow, 168 + 40 * y + 40 * glow, 220 - 30 * glow];
}

/** What the second image adds. */
function flaw(x: number, y: number): number {
  const scratch = Math.abs(y - 0.35 - 0.25 * x) < 0.008 && x > 0.12 && x < 0.5 ? 22 : 0;
  const corner = x > 0.8 && y > 0.75 ? 9 : 0;
  return scratch + corner;
}

function paint(name: string, color: (x: number, y: number, i: number) => Color): Picture {
  const bytes = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const [x, y] = [(i % WIDTH) / WIDTH, Math.floor(i / WIDTH) / HEIGHT];
    bytes.set([...color(x, y, i), 255], 4 * i);
  }
  return { name, width: WIDTH, height: HEIGHT, bytes: new Uint8Array(bytes.buffer) };
}

export function samples(): [Picture, Picture] {
  manualSeed(7);
  const noise = randn([WIDTH * HEIGHT * 3]);
  const values = noise.array().slice();
  noise.dispose();
  const changed = (x: number, y: number, i: number): Color => {
    const [red, green, blue] = scene(x, y);
    const add = flaw(x, y);
    const grain = (c: number): number => add + NOISE * values[3 * i + c];
    return [red + grain(0), green + grain(1), blue + grain(2)];
  };
  return [paint("sample, original", scene), paint("sample, changed", changed)];
}
