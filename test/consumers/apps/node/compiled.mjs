// The binaries as compiled modules, one for each kind of memory; the worker as its file.
import { readFile } from "node:fs/promises";
import { init } from "lossgrad/slim";
import { computeSlim } from "../slim.js";

const place = (name) => new URL(import.meta.resolve(`lossgrad/${name}`));
const compiled = async (name) => WebAssembly.compile(await readFile(place(name)));
await init(compiled("lossgrad.wasm"), compiled("lossgrad.threads.wasm"));
console.log(await computeSlim(undefined, place("worker.js")));
