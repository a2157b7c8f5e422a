/** The state of a schedule: its properties, but for the optimiser, other schedules and functions. */
import { describeValue } from "../../core/describe.js";
import { checkOptionNames } from "../../core/options.js";

/** What a schedule holds, under the names of its properties. */
export type LRSchedulerStateDict = Readonly<Record<string, unknown>>;

function isState(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isState);
  return value === null || (typeof value !== "function" && typeof value !== "object");
}

/** A copy of the state. */
export function stateOf(schedule: object): Record<string, unknown> {
  const entries = Object.entries(schedule).filter(([, value]) => isState(value));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? [...(value as unknown[])] : value]),
  );
}

/** Takes over a state, whole or in parts; throws before anything changes. */
export function loadState(schedule: object, state: unknown): void {
  const caller = `${schedule.constructor.name}.loadStateDict`;
  const own = stateOf(schedule);
  checkOptionNames(caller, state, Object.keys(own));
  const given = { ...(state as Record<string, unknown>) };
  for (const [name, value] of Object.entries(given))
    checkLike(`${caller}: expected ${name}`, name, own[name], value);
  const copies = Object.entries(given).map(([name, value]) => [
    name,
    Array.isArray(value) ? [...(value as unknown[])] : value,
  ]);
  Object.assign(schedule, Object.fromEntries(copies));
}

/** Throws unless a value is of the kind of the one that it replaces. */
function checkLike(words: string, name: string, own: unknown, value: unknown): void {
  if (!Array.isArray(own)) {
    if (typeof own === typeof value && (own === null) === (value === null)) return;
    throw new TypeError(
      `${words} to be a ${own === null ? "null" : typeof own}, got ${describeValue(value)}`,
    );
  }
  if (!Array.isArray(value) || value.some((element) => typeof element !== "number")) {
    throw new TypeError(`${words} to be a list of numbers, got ${describeValue(value)}`);
  }
  // Milestones are as many as there are; other lists have a number for each group.
  if (name === "milestones" || value.length === own.length) return;
  throw new RangeError(`${words} to have ${own.length} numbers, one for each group, got ${value.length}`);
}
