/**
 * The families of kernels that the tests know, by their names: a kernel that belongs to none has no
 * test.
 */
import { backends } from "../support/kernels.js";
import { ELEMENTARY } from "../support/elementary.js";
import { BINARY_TWINS, UNARY_TWINS } from "./twins/arithmetic.js";
import { LOSS_TWINS } from "./twins/losses.js";

function anyOf(names: object): string {
  return `(${Object.keys(names).join("|")})`;
}

const FAMILIES = {
  loss: new RegExp(`^${anyOf(LOSS_TWINS)}_(map|sum|rows|rowslopes|slope|sumslope)_(f16|bf16|f32|f64)$`),
  kept: new RegExp(`^${anyOf(LOSS_TWINS)}_(kept|keptslope)_(f32|f64)$`),
  columns: new RegExp(`^${anyOf(LOSS_TWINS)}_columns_(f32|f64)$`),
  givenColumns: /^columns_(f32|f64)$/,
  bytes: /^(l1|l1wrap)_(map|sum)_(u8)$/,
  unary: new RegExp(`^${anyOf(UNARY_TWINS)}_(f32|f64|i64)$`),
  vector: new RegExp(`^fn_(${ELEMENTARY.join("|")})_(f32|f64)$`),
  binary: new RegExp(`^${anyOf(BINARY_TWINS)}_(f32|f64|i64)$`),
  total: /^total_(f32|f64|i64)$/,
  convert: /^convert_(f16|bf16|f32|f64|i8|i16|i32|i64|u8)_(f16|bf16|f32|f64|i8|i16|i32|i64|bool)$/,
  strided: /^(gather|scatter)_(1|2|4|8|16)$/,
  terms: /^terms_(f32|f64)$/,
  exact: /^exact_(f32|f64)$/,
  scale: /^scale_(f32|f64)$/,
  masked: /^masked_(2|4|8)$/,
  counts: /^(counts_u8)$/,
  sums: /^sums_(f32|f64|i64)$/,
  few: /^few_(f32|f64)$/,
  singles: /^(singles|squares)_(f32)$/,
  settle: /^settle_(f64)$/,
  review: /^review_(f32|f64)$/,
  choose: /^where_(1|2|4|8|16)$/,
  extreme: /^extreme_(f32|f64|i64)$/,
  classes: /^(softmax|logsoftmax|logsumexp)_(f32|f64)$/,
  rowLoss: /^(crossentropy|nll)_(f32|f64)$/,
  margins: /^(multimargin|multilabelmargin)_(f32|f64)$/,
  paths: /^(ctc|ctcslope)_(f64)$/,
  transpose: /^transpose_(4|8)$/,
  correlate: /^(correlate)_(f32|f64)$/,
  matmul: /^(matmul)_(f32|f64|i64)$/,
  addmatmul: /^(addmatmul)_(f32|f64)$/,
  complex: /^(cabs|csign)_(f32|f64)$/,
} as const;

type Family = keyof typeof FAMILIES;

/** The families that claim a kernel: exactly one for a kernel that is tested. */
export function familiesOf(kernel: string): Family[] {
  return (Object.keys(FAMILIES) as Family[]).filter((family) => FAMILIES[family].test(kernel));
}

/** The binary's kernels of a family: [name, ...parts of the name]. */
export function kernelsOf(family: Family): string[][] {
  return Object.keys(backends[0].kernels).flatMap((name) => {
    const match = FAMILIES[family].exec(name);
    return match ? [[...match]] : [];
  });
}
