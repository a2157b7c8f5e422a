export * from "./margin-modules.js";
export * from "./modules.js";
export * from "./pair-modules.js";
export * as utils from "./utils.js";
