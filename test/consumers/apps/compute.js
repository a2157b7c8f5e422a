// What every app computes, and shows as one line.
import { F, tensor } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";

export function compute() {
  const input = tensor([2.5, 0, 2, 7], { requiresGrad: true });
  const loss = F.l1Loss(input, tensor([3, -0.5, 2, 8]));
  loss.backward();
  const { value, grad } = l1Loss.valueAndGrad(Float32Array.of(1, 4), Float32Array.of(2, 2));
  return `${loss.item()} ${input.grad} ${value} ${grad.join(" ")}`;
}
