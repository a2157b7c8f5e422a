/** The command as a test runs it. */
import { PassThrough } from "node:stream";
import { expect } from "vitest";
import { runProgram, type Terminal } from "../../src/program.js";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `lossgrad` with these arguments. No line has control characters. */
export async function lossgrad(args: readonly string[], controller = new AbortController()): Promise<Ran> {
  const [out, err]: string[][] = [[], []];
  const terminal: Terminal = {
    log: (line) => void out.push(...line.split("\n")),
    complain: (line) => void err.push(...line.split("\n")),
    stderr: Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream,
    interruption: () => ({ signal: controller.signal, release: () => undefined }),
    exitCode: 0,
  };
  const code = await runProgram(args, terminal);
  expect([...out, ...err].join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

/** What `--json` printed. */
export async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await lossgrad([...args, "--json"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as Record<string, unknown>;
}
