/**
 * Random cases, run here and in PyTorch at once. LOSSGRAD_SEED repeats a run, LOSSGRAD_CASES makes
 * it longer; with LOSSGRAD_REQUIRE_TORCH=1 a missing PyTorch is a failure.
 */
import { describe, expect, test } from "vitest";
import { checkArrayCase, isArrayCase } from "../support/array-case.js";
import { checkExpression } from "../support/expression-case.js";
import type { ExpressionAnswer } from "../support/expression-case.js";
import {
  checkFormulaLoss,
  checkFused,
  type FusedAnswer,
  type FusedCase,
  FusedTally,
} from "../support/fused-case.js";
import { checkLossCase } from "../support/loss-case.js";
import type { LossAnswer } from "../support/loss-case.js";
import { describeCase } from "./describe-case.js";
import { expressionCase } from "./expression-cases.js";
import { formulaCase, formulaLossCase } from "./formula-cases.js";
import { lossCase } from "./loss-cases.js";
import { Tally } from "./tally.js";
import { liveTorch } from "./live.js";
import { pythonWithTorch } from "./process.js";
import { Random } from "../support/random.js";

const python = pythonWithTorch();
const seed = Number(process.env.LOSSGRAD_SEED ?? Math.floor(Math.random() * 2 ** 31));
const total = Number(process.env.LOSSGRAD_CASES ?? 9_000);
const BATCH = 200;
/** In so many replicas of a formula, any rounding comes up that has a part in its answer. */
const MANY = 1000;
/** Failures described in full; the rest are only counted. */
const SHOWN = 5;

const wholeBatches = (count: number): number => Math.ceil(count / BATCH) * BATCH;

if (python === null)
  console.log("skipped: the live comparison with PyTorch, for no Python here can import torch");
if (python === null && process.env.LOSSGRAD_REQUIRE_TORCH === "1") {
  test("PyTorch is required (LOSSGRAD_REQUIRE_TORCH=1)", () => {
    expect.fail("no Python with torch and numpy: install python3-torch, or name one in LOSSGRAD_PYTHON");
  });
}

describe.skipIf(python === null)("live against PyTorch (skipped where no Python has torch)", () => {
  const live = liveTorch(python);

  /**
   * Asks a batch ahead, so that both sides work at once. What differs may be `askedAgain` with more
   * in it at the end.
   */
  async function differ<Case extends object, Answer>(
    count: number,
    make: (random: Random) => Case,
    check: (asked: Case, answer: Answer) => string[],
    answered: (answer: Answer) => void,
    askedAgain: object | null = null,
  ): Promise<string[]> {
    const random = new Random(seed);
    const failures: string[] = [];
    const doubtful: Case[] = [];
    const next = (): Case[] => {
      const cases = Array.from({ length: BATCH }, () => make(random));
      live.torch.ask(cases);
      return cases;
    };
    let waiting = next();
    for (let asked = BATCH; asked <= count; asked += BATCH) {
      const cases = waiting;
      if (asked < count) waiting = next();
      const answers = (await live.torch.read()) as Answer[];
      cases.forEach((one, j) => {
        answered(answers[j]);
        const found = check(one, answers[j]);
        if (found.length === 0) return;
        if (askedAgain) doubtful.push(Object.assign(one, askedAgain));
        else failures.push(describeCase(one, found, answers[j]));
      });
    }
    for (const one of doubtful) {
      live.torch.ask([one]);
      const [answer] = (await live.torch.read()) as Answer[];
      const found = check(one, answer);
      if (found.length > 0) failures.push(describeCase(one, found, answer));
    }
    return failures;
  }

  function report(kind: string, count: number, failures: readonly string[]): void {
    console.log(
      `${count.toLocaleString("en-US")} ${kind}; ${failures.length} mismatches, LOSSGRAD_SEED=${seed}`,
    );
    const more = failures.length > SHOWN ? `\n… and ${failures.length - SHOWN} more` : "";
    expect(failures.slice(0, SHOWN).join("\n\n") + more).toBe("");
  }

  test("losses and their gradients: bit for bit, sums within 1 ULP (float64: 2) of the exact value", async () => {
    const count = wholeBatches((total * 5) / 6);
    const tally = new Tally();
    let ofArrays = 0;
    const failures = await differ<ReturnType<typeof lossCase>, LossAnswer>(
      count,
      lossCase,
      (asked, answer) => {
        if (isArrayCase(asked, answer)) ofArrays += 1;
        return [...checkLossCase(asked, answer), ...checkArrayCase(asked, answer)];
      },
      (answer) => tally.count(answer),
    );
    const arrays = `${ofArrays.toLocaleString("en-US")} of the losses on typed arrays, too`;
    report(`losses: ${tally.line(live.version.torch)}; ${arrays}`, count, failures);
    // 1.13 computes some otherwise than the newest, or not at all.
    const asked = live.version.old ? count / 2 : count;
    expect(tally.torch, "cases that torch itself was compared with").toBeGreaterThanOrEqual(asked);
    expect(ofArrays, "cases that typed arrays have, too").toBeGreaterThan(count / 4);
  });

  test("tensor expressions and their gradients: bit for bit, sums within 1 ULP (float64: 2)", async () => {
    const count = wholeBatches(total / 6);
    let inexact = 0;
    const failures = await differ<ReturnType<typeof expressionCase>, ExpressionAnswer>(
      count,
      expressionCase,
      checkExpression,
      (answer) => {
        if ("inexact" in answer) inexact += 1;
      },
    );
    const kind = `expressions compared with PyTorch ${live.version.torch} itself`;
    report(`${kind} (${inexact} more left out, their sums not exact)`, count - inexact, failures);
    expect(inexact, "cases left out").toBeLessThan(count / 50);
  });

  test("random formulas and their gradients: torch's bits, or within what its own roundings make of them", async ({
    skip,
  }) => {
    skip(live.version.old, "1.13 lacks a part of the operations");
    const count = wholeBatches(total / 8);
    const tally = new FusedTally();
    const failures = await differ<ReturnType<typeof formulaCase>, FusedAnswer>(
      count,
      formulaCase,
      (asked, answer) => checkFused(asked.text, asked, answer),
      (answer) => {
        tally.count(answer);
      },
      { replicas: MANY },
    );
    const { exact, ranged, free } = tally;
    const refused = [...tally.refused].map(([text, times]) => `${times}: ${text}`).join("; ");
    const numbers = `${exact} numbers bit by bit, ${ranged} within a range, ${free} of which nothing is known; torch refused ${refused || "none"}`;
    report(`formulas compared with PyTorch ${live.version.torch} itself: ${numbers}`, count, failures);
    expect(exact, "numbers that are compared bit by bit").toBeGreaterThan(ranged / 2);
    expect(free, "numbers that are not compared").toBeLessThan((exact + ranged) / 50);
  });

  test("losses that are formulas, and their gradients: within what roundings make of torch's own", async ({
    skip,
  }) => {
    skip(live.version.old, "1.13 lacks a part of the operations");
    const count = wholeBatches(total / 16);
    const tally = new FusedTally();
    const failures = await differ<FusedCase, FusedAnswer>(
      count,
      formulaLossCase,
      checkFormulaLoss,
      (answer) => {
        tally.count(answer);
      },
      { replicas: MANY },
    );
    const { exact, ranged, free, refused } = tally;
    const numbers = `${exact} numbers bit by bit, ${ranged} within a range, ${free} of which nothing is known`;
    report(`formulas compared with PyTorch ${live.version.torch} itself: ${numbers}`, count, failures);
    expect([...refused], "what torch refused").toEqual([]);
    expect(free, "numbers that are not compared").toBeLessThan((exact + ranged) / 20);
  });
});
