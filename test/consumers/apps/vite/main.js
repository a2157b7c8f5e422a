import { computeInlined } from "../inlined.js";

document.querySelector("output").textContent = computeInlined();
