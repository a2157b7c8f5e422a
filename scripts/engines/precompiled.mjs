// Supplies the binary as workerd does: a module that was compiled before the worker starts.
import { init } from "lossgrad/slim";
import module from "../../dist/lossgrad.wasm";

await init(module);
