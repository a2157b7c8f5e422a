/** A failing case in words: what was asked, the first differences, and JSON that repeats it. */
const SHOWN_DIFFERENCES = 4;
const SHOWN_JSON = 3000;

export function describeCase(asked: object, found: readonly string[], answer: unknown): string {
  const more = found.length > SHOWN_DIFFERENCES ? [`… and ${found.length - SHOWN_DIFFERENCES} more`] : [];
  const json = JSON.stringify(asked);
  const repeat =
    json.length > SHOWN_JSON ? `${json.slice(0, SHOWN_JSON)}… (${json.length} characters)` : json;
  const lines = [summary(asked), ...found.slice(0, SHOWN_DIFFERENCES), ...more, `case: ${repeat}`];
  if (json.length <= SHOWN_JSON) lines.push(`answer: ${JSON.stringify(answer).slice(0, SHOWN_JSON)}`);
  return lines.join("\n  ");
}

interface Operand {
  dtype: string;
  shape: number[];
  expand?: number[];
}

/** Such as `huber, mean, parameter 0.7: input float32 [3] -> [2, 3], target float32 [2, 3]`. */
function summary(asked: object): string {
  const plain: string[] = [];
  const operands: string[] = [];
  for (const [name, value] of Object.entries(asked) as [string, unknown][]) {
    if (isOperand(value)) operands.push(`${name} ${show(value)}`);
    else if (Array.isArray(value) && value.every(isOperand))
      operands.push(`${name} ${value.map(show).join(", ")}`);
    else plain.push(`${name} ${JSON.stringify(value)}`);
  }
  return `${plain.join(", ")}: ${operands.join(", ")}`;
}

function isOperand(value: unknown): value is Operand {
  return typeof value === "object" && value !== null && "dtype" in value;
}

function show({ dtype, shape, expand }: Operand): string {
  return `${dtype} [${shape.join(", ")}]${expand ? ` expanded to [${expand.join(", ")}]` : ""}`;
}
