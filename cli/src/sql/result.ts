/** What ClickHouse printed for a query, as states of evaluations. */
import { askedFor } from "../evaluation/metrics.js";
import type { Described } from "../evaluation/result.js";
import { shardsOf } from "../evaluation/shard.js";
import type { State, StateFile } from "../evaluation/state.js";
import { type Request, Tally } from "../evaluation/tally.js";
import { InputError, quoted } from "../input-error.js";
import { missingNote } from "../readers/missing.js";
import { roundedNote } from "../readers/reader.js";
import { Group, isNumeric, plainType } from "./group.js";
import { FORMAT, type Header, type Role, ROLES, VERSION } from "./query.js";

/** A line of JSONEachRow. */
interface Line {
  readonly lossgrad: string;
  readonly states: readonly (readonly (string | null)[])[];
}

/** Whether a text is what a query printed, rather than a state that --state wrote. */
export function isQueryResult(text: string): boolean {
  return /^\s*\{"lossgrad":/.test(text);
}

/**
 * The states in what queries printed, one in each line.
 *
 * @throws InputError that names the file and says why
 */
export function readQueryResult(path: string, text: string): StateFile[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => ({ path, state: stateOf(path, line) }));
}

function stateOf(path: string, line: string): State {
  const { header, states } = parsed(path, line);
  const groups = states.map((values) => new Group(path, header, values));
  const { losses, metrics, ...others } = header.options;
  const request: Request = { asked: askedFor(losses, metrics, false), ...others };
  const tally = new Tally(request, {});
  try {
    for (const group of groups) tally.merge(group.tally(request));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: the state cannot be merged: ${(error as Error).message}`);
  }
  const { names, shard, options } = header;
  const roles = ROLES.filter((role) => names[role] !== undefined);
  const described = roles.map((role): [Role, Described] => [
    role,
    { name: names[role]!, format: "ClickHouse", dtype: dtypeOf(path, role, groups), shape: null },
  ]);
  return {
    format: "lossgrad evaluation",
    version: 1,
    options,
    origin: { data: Object.fromEntries(described), shape: null, order: "C", dtype: null },
    course: {
      shards: shardsOf(shard),
      elements: groups.reduce((sum, group) => sum + group.count("rows"), 0),
      partial: false,
      seconds: 0,
      bytes: 0,
      notes: notesOf(header, groups),
    },
    tally: tally.toJSON(),
  };
}

function parsed(path: string, line: string): { header: Header; states: Line["states"] } {
  try {
    const { lossgrad, states } = JSON.parse(line) as Line;
    const header = JSON.parse(lossgrad) as Omit<Header, "format"> & { format?: string };
    if (header.format !== FORMAT) throw new Error("another format");
    if (header.version !== VERSION)
      throw new InputError(
        `${path}: expected the result of a query of version ${VERSION}, got version ${quoted(String(header.version))}`,
      );
    if (!states.every((values) => values.length === header.entries.length)) throw new Error("others");
    return { header: { ...header, format: FORMAT }, states };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${path}: expected what ClickHouse prints for a query of lossgrad sql, got other text, or a part of it`,
    );
  }
}

/** The dtype of a column. @throws InputError for one whose numbers float64 does not have as they are */
function dtypeOf(path: string, role: Role, groups: readonly Group[]): string {
  const types = [...new Set(groups.map((group) => plainType(group.text(`${role} type`))))];
  const type = types.find((one) => one !== "") ?? "";
  if (role !== "by" && type !== "" && !isNumeric(type))
    throw new InputError(
      `${path}: expected columns of floats, integers or Bool, got ${type}; toFloat64 makes floats of them`,
    );
  return type.toLowerCase();
}

function notesOf({ names }: Header, groups: readonly Group[]): string[] {
  return (["prediction", "target", "weight"] as const).flatMap((role) => {
    const name = names[role];
    if (name === undefined) return [];
    const [missing, rounded] = ["missing", "rounded"].map((what) =>
      groups.reduce((sum, group) => sum + group.count(`${role} ${what}`), 0),
    );
    return [
      ...(missing > 0 ? [`${name}: ${missingNote(missing)}`] : []),
      ...(rounded > 0 ? [`${name}: ${roundedNote(rounded)}`] : []),
    ];
  });
}
