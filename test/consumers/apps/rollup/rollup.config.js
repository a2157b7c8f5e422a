import resolve from "@rollup/plugin-node-resolve";
import url from "@rollup/plugin-url";

export default {
  input: { main: "main.js", slim: "slim.js", worker: "lossgrad/worker.js" },
  output: { dir: "dist" },
  plugins: [resolve({ browser: true }), url({ include: "**/*.wasm", limit: 0 })],
};
