/** Regression losses and their gradients, with the interface of PyTorch. The entry "lossgrad". */
import "./core/inlined.js";

export * from "./public.js";
