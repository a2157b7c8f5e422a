/** A worker's side of the race: its operands, its answers, and the check of what it computes. */
import { manualSeed, rand } from "lossgrad";
import { countWrongGradients, type Data, L1 } from "../../../../../bench/formulas.js";
import type { Answers, Contestant, Question, Reply } from "./protocol.js";

const SEED = 20;

/** `n` multiples of 2⁻²⁴ in [0, 1): their sums are exact in float64. */
function draw(n: number): Float32Array {
  const drawn = rand([n]);
  const copy = drawn.array().slice();
  drawn.dispose();
  return copy;
}

/** Answers the page's questions with what `contestant` does. */
export function serve(contestant: Contestant): void {
  let data: Data = { x: new Float32Array(0), y: new Float32Array(0) };

  const answer = async (question: Question): Promise<Answers[keyof Answers]> => {
    switch (question.kind) {
      case "start":
        return contestant.start(question.threads);
      case "prepare":
        manualSeed(SEED);
        data = { x: draw(question.n), y: draw(question.n) };
        contestant.prepare(data.x, data.y);
        return null;
      case "check": {
        const mean = contestant.run(question.pass);
        const exact = L1.mean(data);
        const wrongGradients =
          question.pass === "gradient" ? countWrongGradients(data, contestant.gradient(), L1) : 0;
        return { error: Math.abs(mean - exact) / exact, wrongGradients };
      }
      case "time": {
        let sum = 0;
        const start = performance.now();
        for (let i = 0; i < question.repeats; i++) sum += contestant.run(question.pass);
        const seconds = (performance.now() - start) / 1000;
        // Using the results keeps the compiler from dropping the work.
        if (!Number.isFinite(sum)) throw new Error(`the means add up to ${sum}`);
        return seconds;
      }
    }
  };

  addEventListener("message", ({ data: question }: MessageEvent<Question>) => {
    answer(question).then(
      (value) => postMessage({ value } satisfies Reply),
      (error: unknown) => postMessage({ error: String(error) } satisfies Reply),
    );
  });
}
