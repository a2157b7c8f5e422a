import { computeSlim } from "../slim.js";

const [wasm, workerUrl] = ["lossgrad.wasm", "worker.js"].map((name) =>
  import.meta.resolve(`lossgrad/${name}`),
);
document.querySelector("output").textContent = await computeSlim(wasm, workerUrl);
