/**
 * The losses of PyTorch and their gradients, with its interface: tensors, autograd, and the losses
 * as functions (`F`) and modules (`nn`). The WebAssembly binary is inlined.
 *
 * @module lossgrad
 */
import "./core/inlined.js";

export * from "./public.js";
