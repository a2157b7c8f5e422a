import { compute } from "./compute.js";

document.querySelector("output").textContent = compute();
