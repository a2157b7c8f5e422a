/** The reproducibility set of the tests, computed in this tab. */
import { reproduce } from "../../../../../test/reproducibility/main.js";

/** What the page is told of each run. */
export interface HashRun {
  readonly all: string;
  readonly place: string;
  readonly atWork: number;
}

export type HashReply =
  { readonly progress: number } | { readonly runs: readonly HashRun[] } | { readonly error: string };

/** Answers a number of threads with the hashes. */
export function serveHash(): void {
  addEventListener("message", ({ data: threads }: MessageEvent<number>) => {
    reproduce([threads], (progress) => postMessage({ progress } satisfies HashReply)).then(
      (runs) => {
        const told = runs.map(({ all, place, atWork }) => ({ all, place, atWork }));
        postMessage({ runs: told } satisfies HashReply);
      },
      (error: unknown) => postMessage({ error: String(error) } satisfies HashReply),
    );
  });
}
