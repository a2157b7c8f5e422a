export * from "./focal-modules.js";
export * from "./forecast-modules.js";
<<<<<<< HEAD
export { Flatten, Linear, type LinearOptions, ReLU, Sequential, Sigmoid, Tanh } from "./layers.js";
export * from "./image-modules.js";
=======
export * from "./image-modules.js";
export { Flatten, Linear, type LinearOptions, ReLU, Sequential, Sigmoid, Tanh } from "./layers.js";
>>>>>>> beyond
export * from "./margin-modules.js";
export { type AnyModule, Module } from "./module.js";
export * from "./modules.js";
export * from "./pair-modules.js";
export { Parameter } from "./parameter.js";
export * from "./robust-modules.js";
export * from "./set-modules.js";
export type { LoadedKeys, StateDict } from "./state-dict.js";
export * as utils from "./utils.js";
