/** What a call throws and warns. */
import { onWarning } from "lossgrad";

interface Observation {
  error?: unknown;
  warnings: string[];
}

export function observe(situation: () => unknown): Observation {
  const warnings: string[] = [];
  const before = onWarning((message) => warnings.push(message));
  try {
    situation();
    return { warnings };
  } catch (error) {
    return { error, warnings };
  } finally {
    onWarning(before);
  }
}
