import { compute } from "../compute.js";

self.postMessage(compute());
