export * from "./modules.js";
