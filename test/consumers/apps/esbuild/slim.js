import wasm from "lossgrad/lossgrad.wasm";
import { computeSlim } from "../slim.js";

// The worker is an entry of its own.
const [source, workerUrl] = [wasm, "./worker.js"].map((name) => new URL(name, import.meta.url));
document.querySelector("output").textContent = await computeSlim(source, workerUrl);
