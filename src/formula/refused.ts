/**
 * What tensors have and a formula cannot have, by the reason, and what to do instead. An expression
 * has a member of each name, which throws: "x.reshape is not a function" would not help anybody.
 */
const reduces = (name: string): string =>
  `${name}() makes one number of many, and a formula is computed element by element; a reduction can only come last, ` +
  'as mean() or sum(). Call the fused function with { reduction: "none" } and reduce its result';
const shapes = (name: string): string =>
  `a formula is computed element by element and knows no shapes, so it has no ${name}; bring the operands to ` +
  "their shapes before the call";
const multiplies = (name: string): string =>
  `${name}() mixes elements, and a formula is computed element by element; compute the product before the call ` +
  "and pass it as an operand";
const normalises = (name: string): string =>
  `${name}() mixes elements, and a formula is computed element by element; compute it before the call and pass the ` +
  "result as an operand";
const reads = (name: string): string =>
  `an operand has no elements while the formula is traced, so it has no ${name}; choose between elements with ` +
  "where(condition, a, b), and pass numbers as parameters";
const writes = (name: string): string =>
  `${name} changes a tensor in place, and expressions do not change; use the method without the underscore`;
const records = (name: string): string =>
  `${name} belongs to the graph of a tensor, and a formula's gradients are derived from its text; call ` +
  "backward() on the result of the fused function, and detach() what gets no gradient";

type Reason = (name: string) => string;

const BY_REASON: readonly (readonly [Reason, readonly string[]])[] = [
  [reduces, ["argmax", "argmin", "amax", "amin", "nansum", "nanmean", "var", "std", "norm", "logsumexp"]],
  [
    shapes,
    [
      "shape",
      "ndim",
      "dim",
      "size",
      "numel",
      "at",
      "select",
      "narrow",
      "split",
      "chunk",
      "indexSelect",
      "maskedSelect",
      "gather",
      "topk",
      "scatterAdd",
      "reshape",
      "view",
      "flatten",
      "expand",
      "squeeze",
      "unsqueeze",
      "transpose",
      "t",
      "indexPut",
      "maskedFill",
      "positions",
      "onesLike",
    ],
  ],
  [multiplies, ["matmul", "mm", "bmm", "mv", "dot"]],
  [normalises, ["softmax", "logSoftmax"]],
  [reads, ["item", "tolist", "array", "data", "toJSON"]],
  [
    writes,
    [
      "add_",
      "sub_",
      "mul_",
      "div_",
      "fill_",
      "zero_",
      "copy_",
      "indexPut_",
      "scatterAdd_",
      "maskedFill_",
      "clamp_",
      "abs_",
      "neg_",
      "sign_",
      "sgn_",
      "sqrt_",
      "square_",
      "pow_",
      "relu_",
      "nanToNum_",
      "normal_",
      "exp_",
      "expm1_",
      "log_",
      "log1p_",
      "sigmoid_",
      "tanh_",
      "sin_",
      "cos_",
      "erf_",
    ],
  ],
  [records, ["requiresGrad", "requiresGrad_", "isLeaf", "gradFn", "grad", "backward", "dispose"]],
];

/** Each name that is refused, with the message. */
export const refused: ReadonlyMap<string, string> = new Map(
  BY_REASON.flatMap(([reason, names]) => names.map((name) => [name, reason(name)] as const)),
);
