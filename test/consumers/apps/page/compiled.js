import { init } from "lossgrad/slim";
import { computeSlim } from "../slim.js";

const place = (name) => import.meta.resolve(`lossgrad/${name}`);
const compiled = (name) => WebAssembly.compileStreaming(fetch(place(name)));
await init(compiled("lossgrad.wasm"), compiled("lossgrad.threads.wasm"));
document.querySelector("output").textContent = await computeSlim(undefined, place("worker.js"));
