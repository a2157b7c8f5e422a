/**
 * Regression losses and their gradients, with the interface of PyTorch: tensors, autograd, and the
 * losses as functions (`F`) and modules (`nn`). The WebAssembly binary is inlined.
 *
 * @module lossgrad
 */
import "./core/inlined.js";

export * from "./public.js";
