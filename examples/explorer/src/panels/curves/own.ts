/**
 * The formula that is typed: read and made one operation by a part of the page that is loaded when
 * it is needed.
 */
import { tensor, tidy } from "lossgrad";
import type * as Reader from "../../formula.js";
import type { Each } from "../../losses.js";

export interface OwnFormula {
  /** The losses of the text that was read last; null where there is none. */
  readonly each: Each | null;
  /** What is wrong with it; empty if nothing is. */
  readonly problem: string;
  /** Reads a text, unless it is the one that was read last; `read` is called when that is done. */
  read(text: string): void;
}

/** `changed` is told when a text was read. */
export function ownFormula(changed: () => void): OwnFormula {
  let reader: Promise<typeof Reader> | null = null;
  let last = "";
  let found: Pick<OwnFormula, "each" | "problem"> = NONE;
  const settle = (text: string, result: typeof found): void => {
    // Another text may have been typed meanwhile.
    if (text !== last) return;
    found = result;
    changed();
  };
  return {
    get each() {
      return found.each;
    },
    get problem() {
      return found.problem;
    },
    read(text) {
      if (text === last) return;
      last = text;
      if (text.trim() === "") {
        settle(text, NONE);
        return;
      }
      reader ??= import("../../formula.js");
      reader.then(
        (module) => settle(text, understand(module, text)),
        () => {
          // So that the next letter tries again.
          reader = null;
          settle(text, {
            each: null,
            problem: "The part of the page that reads formulas could not be loaded.",
          });
        },
      );
    },
  };
}

const NONE = { each: null, problem: "" };

/**
 * The losses of a text, once they were computed of one pair: only then it is known what the text
 * asks for.
 */
function understand({ fuseFormula }: typeof Reader, text: string): Pick<OwnFormula, "each" | "problem"> {
  try {
    const fused = fuseFormula(text);
    const each: Each = (predictions, targets) => fused(predictions, targets, { reduction: "none" });
    tidy(() => each(tensor([[1]]), tensor([[2]]), { delta: 1, beta: 1 }));
    return { each, problem: "" };
  } catch (error) {
    return { each: null, problem: sentence((error as Error).message) };
  }
}

/** A message of the library begins with the name of the function, which the user has not given. */
function sentence(message: string): string {
  const said = message.replace(/^formula: /, "");
  // The name of a function keeps its letters.
  const first = /^\w+\(/.test(said) ? said.charAt(0) : said.charAt(0).toUpperCase();
  return `${first}${said.slice(1)}.`;
}
