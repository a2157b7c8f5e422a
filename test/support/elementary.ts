/** The elementary functions, each with kernels of its own and a method of tensors. */
export const ELEMENTARY = [
  "exp",
  "expm1",
  "log",
  "log1p",
  "sigmoid",
  "tanh",
  "softplus",
  "logsigmoid",
  "sin",
  "cos",
  "erf",
] as const;
