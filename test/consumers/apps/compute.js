// What the apps compute, by whichever entries of the package they import.

/** A loss and its gradient, of tensors and of typed arrays, as one line. */
export function compute({ F, tensor }, { l1Loss }) {
  const input = tensor([2.5, 0, 2, 7], { requiresGrad: true });
  const loss = F.l1Loss(input, tensor([3, -0.5, 2, 8]));
  loss.backward();
  const { value, grad } = l1Loss.valueAndGrad(Float32Array.of(1, 4), Float32Array.of(2, 2));
  return `${loss.item()} ${input.grad} ${value} ${grad.join(" ")}`;
}

/**
 * A loss that is large enough for threads, until the second one has started; in `patience`
 * milliseconds at most.
 */
export async function computeOnThreads({ F, full, threadsInUse }, patience) {
  const [prediction, target] = [full([1 << 20], 2), full([1 << 20], 0.5)];
  const end = performance.now() + patience;
  let loss;
  do {
    loss = F.l1Loss(prediction, target).item();
    await new Promise((resolve) => setTimeout(resolve, 10));
  } while (threadsInUse() < 2 && performance.now() < end);
  return `${loss} on ${threadsInUse()}`;
}
