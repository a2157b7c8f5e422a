import { computeInlined } from "../inlined.js";

console.log(computeInlined());
