const { F, tensor } = require("lossgrad");
const { l1Loss } = require("lossgrad/arrays");

const { version } = require("lossgrad/package.json");
console.log(
  F.mseLoss(tensor([1, 2]), tensor([1, 4])).item(),
  l1Loss(Float32Array.of(1, 4), Float32Array.of(2, 2)),
  version,
);
