#!/usr/bin/env node
import { runProgram, type Terminal } from "./program.js";

const terminal: Terminal = {
  log: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
  stderr: process.stderr,
  interruption: () => {
    const controller = new AbortController();
    // The second Ctrl-C ends the process.
    const stop = (): void => {
      controller.abort();
    };
    process.once("SIGINT", stop).once("SIGTERM", stop);
    const release = (): void => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
    };
    return { signal: controller.signal, release };
  },
  exitCode: 0,
};

// Whoever reads our lines may end before us, as head does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await runProgram(process.argv.slice(2), terminal);
