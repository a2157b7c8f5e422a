export default {
  mode: "production",
  entry: { main: "./main.js", slim: "./slim.js" },
};
