import { computeInlined } from "../inlined.js";

self.postMessage(computeInlined());
