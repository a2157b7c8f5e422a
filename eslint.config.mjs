import { existsSync } from "node:fs";
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { ANYWHERE } from "./scripts/engines/anywhere.mjs";

/**
 * The folders of src/ from the ground up; a file imports only from its own storey or from lower
 * ones.
 */
const STOREYS = ["core", "ndarray", "autograd", "formula", "loss", "tensor", "optim", "nn", "safetensors"];
/**
 * The face for typed arrays stands on the losses, beside tensors and nn, and knows nothing of them.
 */
const BESIDE_TENSORS = "typed";
/** Metrics stand on that face, and know nothing of tensors either. */
const ABOVE_TYPED = "metrics";
/** What typed arrays have by way of tensors stands on both; nothing but the entries needs it. */
const ON_BOTH = "bridge";
/** Comparing needs arrays only, neither losses nor kernels; nothing else needs it. */
const BESIDE_ALL = "compare";

const forbid = (storey, above) => ({
  files: [`src/${storey}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${above.join("|")})/`,
            message: `${storey} imports only from its own storey or from lower ones`,
          },
        ],
      },
    ],
  },
});

const storeyRules = [
  ...STOREYS.map((storey, level) =>
    forbid(storey, [...STOREYS.slice(level + 1), BESIDE_TENSORS, ABOVE_TYPED, ON_BOTH, BESIDE_ALL]),
  ),
  forbid(BESIDE_TENSORS, ["tensor", "optim", "nn", "safetensors", ABOVE_TYPED, ON_BOTH, BESIDE_ALL]),
  forbid(ABOVE_TYPED, ["tensor", "optim", "nn", "safetensors", ON_BOTH, BESIDE_ALL]),
  forbid(ON_BOTH, [ABOVE_TYPED, BESIDE_ALL]),
  forbid(BESIDE_ALL, [
    ...STOREYS.slice(STOREYS.indexOf("ndarray") + 1),
    BESIDE_TENSORS,
    ABOVE_TYPED,
    ON_BOTH,
  ]),
];

/** What the apps of test/consumers find in pages, in workers and in Node. */
const CONSUMER_GLOBALS = [
  "console",
  "document",
  "fetch",
  "navigator",
  "performance",
  "require",
  "Response",
  "self",
  "setTimeout",
  "URL",
  "WebAssembly",
  "window",
  "Worker",
];

/**
 * Examples with packages of their own are linted where those are installed: without their types,
 * every line would be an error.
 */
const notInstalled = ["examples/explorer/", "examples/onnx-pipeline/", "examples/tfjs-gradient/"].filter(
  (folder) => !existsSync(`${folder}node_modules`),
);

export default defineConfig([
  globalIgnores([
    "build/",
    "test/consumers/apps/types/",
    // Jest's own globals.
    "test/consumers/apps/jest/",
    "dist/",
    "cli/dist/",
    "examples/explorer/dist/",
    "docs/api/",
    "src/core/generated/",
    "test/fixtures/",
    ...notInstalled,
  ]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["src/**/*.ts", "cli/**/*.ts", "test/**/*.ts", "examples/**/*.ts", "bench/**/*.ts", "*.config.ts"],
    ignores: ["bench/limits/assembly/*.ts"],
    extends: [
      js.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      // A function's property reaches the published types with its comment by a declared namespace
      // alone.
      "@typescript-eslint/no-namespace": ["error", { allowDeclarations: true }],
      // `x.grad!` after backward(), a storage's memory while it is linear: invariants that types do not tell.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      // Arguments are checked at run time too, since plain JavaScript calls as well; and a table's
      // or array's gap is not in its type.
      "@typescript-eslint/no-unnecessary-condition": "off",
    },
  },
  ...storeyRules,
  {
    // They run on every engine (npm run test:engines); what needs Node is in test/node.
    files: ANYWHERE,
    rules: { "no-restricted-imports": ["error", { patterns: ["node:*"] }] },
  },
  {
    // AssemblyScript: rules that need syntax only. TypeScript's parser refuses decorators on
    // functions unless told otherwise.
    files: ["assembly/**/*.ts", "bench/limits/assembly/*.ts"],
    extends: [js.configs.recommended, tseslint.configs.strict, tseslint.configs.stylistic],
    languageOptions: { parserOptions: { allowInvalidAST: true } },
    rules: {
      // `<f64>x` converts a number in AssemblyScript; it asserts nothing.
      "@typescript-eslint/consistent-type-assertions": "off",
      // A literal of u64 has all its 64 bits there.
      "no-loss-of-precision": "off",
      // Operators of one kind share a signature, type parameters included, whether or not each of
      // them needs all of it.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^[A-Z]$" },
      ],
    },
  },
  {
    files: ["test/consumers/**/*.{js,mjs,cjs,jsx}"],
    extends: [js.configs.recommended],
    languageOptions: {
      parserOptions: { ecmaFeatures: { jsx: true } },
      globals: Object.fromEntries(CONSUMER_GLOBALS.map((name) => [name, "readonly"])),
    },
  },
  {
    files: ["**/*.mjs"],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: {
        AbortSignal: "readonly",
        console: "readonly",
        fetch: "readonly",
        performance: "readonly",
        process: "readonly",
        setTimeout: "readonly",
        URL: "readonly",
        WebAssembly: "readonly",
      },
    },
  },
]);
