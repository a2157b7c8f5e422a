import type { Dtype } from "../dtypes.js";
import type { Leaf, SchemaElement } from "./footer.js";

/** Physical types, by their numbers in parquet.thrift. */
export const PHYSICAL = [
  "BOOLEAN",
  "INT32",
  "INT64",
  "INT96",
  "FLOAT",
  "DOUBLE",
  "BYTE_ARRAY",
  "FIXED_LEN_BYTE_ARRAY",
] as const;
export type Physical = (typeof PHYSICAL)[number];

/** What a column holds, as an error calls it, by the number of its converted type. */
const CONVERTED = [
  "text",
  "a map",
  "a map",
  "a list",
  "an enumeration",
  "a decimal",
  "a date",
  "a time",
  "a time",
  "a timestamp",
  "a timestamp",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "int8",
  "int16",
  "int32",
  "int64",
  "JSON",
  "BSON",
  "an interval",
] as const;

const LOGICAL = new Map([
  [1, "text"],
  [2, "a map"],
  [3, "a list"],
  [4, "an enumeration"],
  [5, "a decimal"],
  [6, "a date"],
  [7, "a time"],
  [8, "a timestamp"],
  [11, "nothing but nulls"],
  [12, "JSON"],
  [13, "BSON"],
  [14, "a UUID"],
  [16, "variants"],
  [17, "a geometry"],
  [18, "a geography"],
]);

/** A group that is a list, or was one of a map, has this converted or logical type. */
const LIST = { converted: 3, logical: 3 };
const INTEGER = 10;
const FLOAT16 = 15;
const REPEATED = 2;

const PLAIN: Readonly<Partial<Record<Physical, Dtype>>> = {
  BOOLEAN: "bool",
  INT32: "int32",
  INT64: "int64",
  FLOAT: "float32",
  DOUBLE: "float64",
};

/** The dtype of a column of numbers or booleans; else what it holds, in words. */
export function dtypeOf(element: SchemaElement): { dtype: Dtype } | { other: string } {
  const physical = PHYSICAL[element.type!] as Physical | undefined;
  const integer = integerOf(element, physical);
  if (integer !== undefined) return integer;
  const { logical, converted } = element;
  if (logical?.id === FLOAT16 && physical === "FIXED_LEN_BYTE_ARRAY" && element.typeLength === 2)
    return { dtype: "float16" };
  if (logical) return { other: LOGICAL.get(logical.id) ?? `logical type ${logical.id}` };
  if (converted !== undefined) return { other: CONVERTED[converted] ?? `converted type ${converted}` };
  const dtype = physical && PLAIN[physical];
  if (dtype) return { dtype };
  return { other: physical === "INT96" ? "a timestamp" : physical ? "bytes" : "a type that there is not" };
}

/** The logical and converted types of texts; where nothing is said, bytes may be such. */
const TEXTS = { logical: [1, 4, 12], converted: [0, 4, 19] };

/** Whether a column has texts, which tell groups. */
export function hasTexts({ type, logical, converted }: SchemaElement): boolean {
  if (PHYSICAL[type!] !== "BYTE_ARRAY") return false;
  if (logical) return TEXTS.logical.includes(logical.id);
  return converted === undefined || TEXTS.converted.includes(converted);
}

function integerOf(
  { logical, converted }: SchemaElement,
  physical: Physical | undefined,
): { dtype: Dtype } | { other: string } | undefined {
  if (logical ? logical.id !== INTEGER : converted === undefined || converted < 11 || converted > 18)
    return undefined;
  const name = logical
    ? `${logical.signed === true ? "" : "u"}int${String(logical.bits)}`
    : CONVERTED[converted!];
  const stored = name.endsWith("64") ? "INT64" : "INT32";
  return stored === physical && /^u?int(8|16|32|64)$/.test(name)
    ? { dtype: name as Dtype }
    : { other: `${name} in ${String(physical)}` };
}

/** How the levels of a column's values are to be read. */
export interface Levels {
  /** Of a value that is there. */
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  /** From this level on, a list has an element. */
  readonly element: number;
}

export function levelsOf(leaf: Leaf): Levels {
  let [maxDefinition, maxRepetition, element] = [0, 0, 0];
  for (const { repetition } of leaf) {
    if (repetition !== 0) maxDefinition++;
    if (repetition !== REPEATED) continue;
    maxRepetition++;
    element = maxDefinition;
  }
  return { maxDefinition, maxRepetition, element };
}

/** A column's name with dots between the groups that it lies in, without the wrapping of lists. */
export function nameOf(leaf: Leaf): string {
  const names: string[] = [];
  for (let i = 0; i < leaf.length; i++) {
    names.push(leaf[i].name);
    const isList = leaf[i].converted === LIST.converted || leaf[i].logical?.id === LIST.logical;
    // A list has one repeated group, and that its element.
    if (isList && leaf[i + 1]?.repetition === REPEATED) i += leaf[i + 1].children === 1 ? 2 : 1;
  }
  return names.join(".");
}
