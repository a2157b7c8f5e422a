export * from "./modules.js";
export { CTCLoss } from "./ctc-module.js";
export * as utils from "./utils.js";
