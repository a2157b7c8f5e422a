import { init } from "lossgrad/slim";

/** What init() rejects with. */
window.initSlim = () => init("./dist/lossgrad.wasm").then(() => "resolved", String);
