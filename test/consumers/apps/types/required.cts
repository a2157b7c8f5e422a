import { F, tensor } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";

const loss: number = F.l1Loss(tensor([1, 4]), tensor([2, 2])).item();
console.log(loss, l1Loss(Float32Array.of(1, 4), 2));
