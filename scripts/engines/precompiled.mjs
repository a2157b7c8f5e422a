// The library as a worker of workerd has it: the binary is a module that was compiled before the
// worker starts.
import { init } from "lossgrad/slim";
import module from "../../dist/lossgrad.wasm";

await init(module);

export * from "lossgrad/slim";
