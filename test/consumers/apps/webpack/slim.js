import { computeSlim } from "../slim.js";

const wasm = new URL("lossgrad/lossgrad.wasm", import.meta.url);
const workerUrl = new URL("lossgrad/worker.js", import.meta.url);
document.querySelector("output").textContent = await computeSlim(wasm, workerUrl);
