/**
 * Lines fitted by gradient descent, one for each loss, over the same points in the kernels' memory.
 */
import { allocate, huberLoss, l1Loss, mseLoss } from "lossgrad/arrays";
import type { Cloud } from "./cloud.js";
import { AREA, MOST_ADDED, MOST_POINTS } from "./state.js";

export const FITTED = ["l1", "mse", "huber"] as const;
export type Fitted = (typeof FITTED)[number];

/** y = level + slope · u, where u goes from −1 to 1 over the chart: both then learn at one rate. */
export interface Line {
  level: number;
  slope: number;
  /** The loss before the last step. */
  loss: number;
}

const CENTRE = (AREA.x[0] + AREA.x[1]) / 2;
const SCALE = (AREA.x[1] - AREA.x[0]) / 2;
const CAPACITY = MOST_POINTS + MOST_ADDED;
/**
 * Steps at the full learning rate after a change; then it falls, or L1's equal steps would never
 * end.
 */
const FULL = 150;
/** Steps after those, and half of the rate is left. */
const HALF = 60;
/** Beyond this a line has left every chart. */
const FAR = 1e4;

type Place = "u" | "y" | "prediction" | "grad";

export class Fit {
  readonly lines: Readonly<Record<Fitted, Line>> = { l1: flat(), mse: flat(), huber: flat() };
  private cloud: Cloud | null = null;
  private memory: Record<Place, Float32Array> = reserve();
  private parts: Record<Place, Float32Array> = this.memory;
  private steps = 0;

  /** Takes the points anew. The lines stay where they are, and go on from there. */
  load(cloud: Cloud): void {
    this.cloud = cloud;
    // Where memory cannot be shared, its growth detaches arrays: then they are made anew.
    if (this.isDetached) this.memory = reserve();
    const { length } = cloud;
    this.parts = {
      u: this.memory.u.subarray(0, length),
      y: this.memory.y.subarray(0, length),
      prediction: this.memory.prediction.subarray(0, length),
      grad: this.memory.grad.subarray(0, length),
    };
    for (let i = 0; i < length; i++) this.parts.u[i] = (cloud.x[i] - CENTRE) / SCALE;
    this.parts.y.set(cloud.y);
    this.steps = 0;
  }

  /** Takes one point anew. */
  move(index: number): void {
    const cloud = this.cloud!;
    this.parts.u[index] = (cloud.x[index] - CENTRE) / SCALE;
    this.parts.y[index] = cloud.y[index];
    this.steps = 0;
  }

  /** Starts every line at zero. */
  restart(): void {
    for (const id of FITTED) Object.assign(this.lines[id], flat());
    this.steps = 0;
  }

  /** One step of each line; gives the farthest that an end of one moved. */
  step(lr: number, delta: number): number {
    this.keepMemory();
    const rate = lr / (1 + (Math.max(0, this.steps - FULL) / HALF) ** 2);
    this.steps += 1;
    let farthest = 0;
    for (const id of FITTED) farthest = Math.max(farthest, this.descend(id, rate, delta));
    return farthest;
  }

  private descend(id: Fitted, rate: number, delta: number): number {
    const { u, y, prediction, grad } = this.parts;
    const line = this.lines[id];
    for (let i = 0; i < u.length; i++) prediction[i] = line.level + line.slope * u[i];
    const { value } =
      id === "l1"
        ? l1Loss.valueAndGrad(prediction, y, { grad })
        : id === "mse"
          ? mseLoss.valueAndGrad(prediction, y, { grad })
          : huberLoss.valueAndGrad(prediction, y, { grad, delta });
    line.loss = value;
    // The chain rule of the line: its level moves all predictions alike, its slope those in
    // proportion to u.
    let [byLevel, bySlope] = [0, 0];
    for (let i = 0; i < u.length; i++) {
      byLevel += grad[i];
      bySlope += grad[i] * u[i];
    }
    line.level = bounded(line.level - rate * byLevel);
    line.slope = bounded(line.slope - rate * bySlope);
    return rate * (Math.abs(byLevel) + Math.abs(bySlope));
  }

  private get isDetached(): boolean {
    return this.memory.u.length === 0;
  }

  /** Loads the points again where their arrays are gone. */
  private keepMemory(): void {
    if (!this.isDetached || this.cloud === null) return;
    const { steps } = this;
    this.load(this.cloud);
    this.steps = steps;
  }
}

function flat(): Line {
  return { level: 0, slope: 0, loss: NaN };
}

function reserve(): Record<Place, Float32Array> {
  // One allocation, cut into parts: a second one could detach the first.
  const all = allocate("float32", 4 * CAPACITY);
  const part = (i: number): Float32Array => all.subarray(i * CAPACITY, (i + 1) * CAPACITY);
  return { u: part(0), y: part(1), prediction: part(2), grad: part(3) };
}

function bounded(value: number): number {
  return Math.max(-FAR, Math.min(FAR, value));
}

/** The line's heights at the two ends of the chart. */
export function ends({ level, slope }: Line): [number, number] {
  return [level - slope, level + slope];
}

/** As y = a + b x. */
export function coefficients({ level, slope }: Line): { a: number; b: number } {
  const b = slope / SCALE;
  return { a: level - b * CENTRE, b };
}
