const dist = (name) => `../../dist/${name}`;
const BINARY = { ignore: ["*/generated/binary.js"] };

/** Gzipped, minified. A limit is what was measured and a little more: who crosses it says why, and lifts it. The
 * binary has the kernels that read masks, and those of rows with their gradients and of columns, for 8.5 kB of it. */
export default [
  {
    name: "import { l1Loss } from lossgrad/arrays, without the binary (goal: 8 kB)",
    path: dist("arrays.js"),
    import: "{ l1Loss }",
    ...BINARY,
    limit: "18.8 kB",
  },
  {
    name: "import { l1Loss } from lossgrad/arrays",
    path: dist("arrays.js"),
    import: "{ l1Loss }",
    limit: "104 kB",
  },
  {
    name: "import { init, l1Loss } from lossgrad/slim/arrays",
    path: dist("slim/arrays.js"),
    import: "{ init, l1Loss }",
    limit: "19.7 kB",
  },
  {
    // Of what is beside l1Loss, tracing, deriving and lowering are 7 kB, emitting 7 (0.8 of it for
    // functions that are unfolded into the loops), and interpreting 2.
    name: "import { fuse, init, l1Loss } from lossgrad/slim/arrays (goal: 8 kB beside l1Loss)",
    path: dist("slim/arrays.js"),
    import: "{ fuse, init, l1Loss }",
    limit: "42.2 kB",
  },
  {
    name: "import { fuse, init, l1Loss, softMarginLoss } from lossgrad/slim/arrays (goal: 1 kB beside fuse)",
    path: dist("slim/arrays.js"),
    import: "{ fuse, init, l1Loss, softMarginLoss }",
    limit: "43.6 kB",
  },
  {
    // Metrics are programs as fused losses are: of these, what fuse brings is 20 kB.
    name: "import { init, MeanAbsoluteError } from lossgrad/slim/metrics",
    path: dist("slim/metrics.js"),
    import: "{ init, MeanAbsoluteError }",
    limit: "38 kB",
  },
  {
    name: "import * from lossgrad/slim/metrics",
    path: dist("slim/metrics.js"),
    import: "*",
    limit: "46.5 kB",
  },
  {
    name: "import { compare } from lossgrad/compare",
    path: dist("compare/index.js"),
    import: "{ compare }",
    limit: "14 kB",
  },
  // All losses of torch and those beyond, schedules and modules are 21 kB of these two; numbers of
  // vectors that make no arrays of terms lifted them by 2.4 kB, buffers and losses that are modules by
  // 0.9, and what is refused by name by 0.7.
  { name: "import * from lossgrad", path: dist("index.js"), import: "*", limit: "237 kB" },
  { name: "import * from lossgrad/slim", path: dist("slim/index.js"), import: "*", limit: "152.2 kB" },
  {
    name: "lossgrad.wasm",
    path: dist("lossgrad.wasm"),
    disablePlugins: ["@size-limit/esbuild"],
    // Loops of elementary functions that have no branches for tails lifted it by half a kB; those of
    // margins, paths and windows by 1.8 kB; products that take four rows at a time, and sums of rows that
    // become float32, by 0.4 kB each.
    limit: "50.6 kB",
  },
].map((check) => ({ gzip: true, ...check }));
