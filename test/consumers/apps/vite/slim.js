import wasm from "lossgrad/lossgrad.wasm?url";
import workerUrl from "lossgrad/worker.js?url&no-inline";
import { computeSlim } from "../slim.js";

document.querySelector("output").textContent = await computeSlim(wasm, workerUrl);
