import { compute } from "../compute.js";

console.log(compute());
