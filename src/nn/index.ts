export * from "./focal-modules.js";
export * from "./forecast-modules.js";
export * from "./image-modules.js";
export * from "./margin-modules.js";
export * from "./modules.js";
export * from "./pair-modules.js";
export * from "./robust-modules.js";
export * from "./set-modules.js";
export * as utils from "./utils.js";
