export { HuberLoss, L1Loss, Loss, MSELoss, SmoothL1Loss } from "./modules.js";
