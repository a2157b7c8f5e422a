import { availableParallelism, cpus } from "node:os";
import type { Command } from "commander";
import { getNumThreads } from "lossgrad";
import { benchmark, type Measured } from "../benchmark/benchmark.js";
import { visible } from "../input-error.js";
import type { Terminal } from "../program.js";
import { printedJson } from "../report/json.js";
import { counted, withUnit } from "../report/numbers.js";
import { drawn } from "../report/table.js";

/** As a batch has them, and more than a cache holds. */
const LENGTHS = [64, 16_384, 2 ** 22];
/** Seconds for each of some forty numbers. */
const BUDGET = 0.08;

/** `lossgrad bench`: how fast this machine is. */
export function addBench(program: Command, terminal: Terminal): void {
  program
    .command("bench")
    .summary("measure this machine")
    .description(
      "Measures the losses of lossgrad on this machine, of float32 in memory, beside a loop in JavaScript. It takes some seconds.",
    )
    .option("--json", "print JSON")
    .action(({ json }: { json?: true }) => {
      const machine = {
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        processor: cpus().at(0)?.model.trim() ?? "unknown",
        cores: availableParallelism(),
        threads: getNumThreads(),
      };
      const measured = benchmark(LENGTHS, BUDGET);
      if (json) terminal.log(printedJson({ machine, measured }));
      else for (const line of benchLines(machine, measured)) terminal.log(line);
    });
}

interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly threads: number;
}

export function benchLines(
  { node, platform, processor, cores, threads }: Machine,
  measured: readonly Measured[],
): string[] {
  const rows = measured.map(
    ({ name, pairs, seconds, secondsWithGradient, secondsOfLoop, bytesPerSecond }) => [
      name,
      counted(pairs),
      withUnit(seconds, "s"),
      secondsWithGradient === null ? "" : withUnit(secondsWithGradient, "s"),
      withUnit(bytesPerSecond, "B/s"),
      secondsOfLoop === null ? "" : String(Number((secondsOfLoop / seconds).toPrecision(2))),
    ],
  );
  return [
    visible(`Node ${node} on ${platform}, ${processor}, ${cores} cores, up to ${threads} threads`),
    drawn({ head: ["loss", "pairs", "value", "with gradient", "rate", "× a loop"], rows }),
    "value, with gradient: the median time of one call; rate: bytes of float32 read in that of the value;",
    "× a loop: how many times as long a loop in JavaScript takes, which adds in float64",
  ];
}
