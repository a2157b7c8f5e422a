export { Flatten, Linear, type LinearOptions, ReLU, Sequential, Sigmoid, Tanh } from "./layers.js";
export { type AnyModule, Module } from "./module.js";
export * from "./modules.js";
export { Parameter } from "./parameter.js";
export type { LoadedKeys, StateDict } from "./state-dict.js";
export * as utils from "./utils.js";
