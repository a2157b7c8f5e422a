export default {
  input: { main: "main.js", slim: "slim.js", worker: "lossgrad/worker.js" },
  output: { dir: "dist", minify: true },
  moduleTypes: { ".wasm": "asset" },
};
