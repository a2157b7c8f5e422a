export * from "./modules.js";
export * as utils from "./utils.js";
