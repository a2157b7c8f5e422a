// The worker lies in dist/ and answers for the page above it: the server allows it that scope.
const { serviceWorker } = navigator;
const controlled = new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve));
await serviceWorker.register("./dist/worker.js", { scope: "./" });
await controlled;
document.querySelector("output").textContent = await (await fetch("./loss")).text();
