export default {
  input: "main.js",
  output: { dir: "dist", minify: true },
};
