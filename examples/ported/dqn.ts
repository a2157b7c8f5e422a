/**
 * Deep Q-learning's optimization step on a small batch: `npm run example -- ported/dqn`.
 *
 * Follows intermediate_source/reinforcement_q_learning.py of https://github.com/pytorch/tutorials:
 * its network, its optimize_model() and its update of the target network. The memory is filled at
 * random instead of by a game, the network is narrower, and gradients are clipped at 0.05 instead
 * of 100, which so small a batch does not reach.
 */
import { cat, manualSeed, nn, noGrad, rand, randn, tensor, type Tensor, zeros, zerosLike } from "lossgrad";
import { isMain } from "../support/main.js";
import type { Log } from "../support/print.js";
import { linear, type Numbers, zeroGrad } from "./support.js";

const [OBSERVATIONS, ACTIONS, HIDDEN, BATCH_SIZE, CLIP] = [4, 2, 16, 8, 0.05];
const [GAMMA, TAU, LR] = [0.99, 0.005, 3e-4];

/** A step of the game; a final one has no next state. */
interface Transition {
  state: Tensor;
  action: Tensor;
  nextState: Tensor | null;
  reward: Tensor;
}

function makeDqn() {
  const [layer1, layer2, layer3] = [
    linear(OBSERVATIONS, HIDDEN),
    linear(HIDDEN, HIDDEN),
    linear(HIDDEN, ACTIONS),
  ];
  return {
    forward(x: Tensor): Tensor {
      x = layer1(x).relu(); // F.relu(self.layer1(x))
      x = layer2(x).relu();
      return layer3(x);
    },
    parameters: [layer1, layer2, layer3].flatMap((layer) => layer.parameters()),
  };
}

function fillMemory(): Transition[] {
  return Array.from({ length: BATCH_SIZE }, () => ({
    state: randn(1, OBSERVATIONS),
    action: rand(1, 1).mul(ACTIONS).to("int64"), // .long()
    nextState: Number(rand(1).item()) < 0.25 ? null : randn(1, OBSERVATIONS),
    reward: randn(1),
  }));
}

/**
 * optim.AdamW with amsgrad=True and torch's defaults (Loshchilov and Hutter, 2019; Reddi et al.,
 * 2018).
 */
function adamW(parameters: readonly Tensor[], lr: number): () => void {
  const [beta1, beta2, epsilon, weightDecay] = [0.9, 0.999, 1e-8, 0.01];
  const states = parameters.map((parameter) => ({
    parameter,
    average: zerosLike(parameter),
    square: zerosLike(parameter),
    largest: zerosLike(parameter),
  }));
  let [power1, power2] = [1, 1];
  return () => {
    power1 *= beta1;
    power2 *= beta2;
    noGrad(() => {
      for (const state of states) {
        const { parameter, average, square } = state;
        const gradient = parameter.grad!;
        parameter.mul_(1 - lr * weightDecay);
        average.add_(gradient.sub(average), { alpha: 1 - beta1 });
        square.mul_(beta2).add_(gradient.square(), { alpha: 1 - beta2 });
        state.largest = state.largest.maximum(square);
        const denominator = state.largest
          .sqrt()
          .div(Math.sqrt(1 - power2))
          .add(epsilon);
        parameter.sub_(average.div(denominator), { alpha: lr / (1 - power1) });
      }
    });
  };
}

/** All numbers of all tensors in one row. */
function flat(tensors: readonly Tensor[]): Tensor {
  return cat(tensors.map((one) => one.detach().flatten()));
}

export function run(log: Log): Numbers {
  manualSeed(1);
  const policyNet = makeDqn();
  const targetNet = makeDqn();
  // In torch: load_state_dict
  targetNet.parameters.forEach((parameter, i) => parameter.data.copy_(policyNet.parameters[i].data));
  const memory = fillMemory();
  const step = adamW(policyNet.parameters, LR);

  function optimizeModel(): Tensor {
    // The batch is the whole memory
    const nextStates = memory.map(({ nextState }) => nextState);
    const nonFinalMask = tensor(
      nextStates.map((s) => s !== null),
      { dtype: "bool" },
    );
    const nonFinalNextStates = cat(nextStates.filter((s) => s !== null));
    const stateBatch = cat(memory.map(({ state }) => state));
    const actionBatch = cat(memory.map(({ action }) => action));
    const rewardBatch = cat(memory.map(({ reward }) => reward));

    // Q(s, a): the columns of the actions that were taken
    const stateActionValues = policyNet.forward(stateBatch).gather(1, actionBatch);

    // V(s') by the target network, and 0 where the game had ended
    const nextStateValues = zeros(BATCH_SIZE);
    noGrad(() => {
      // In torch: values[mask] = …
      nextStateValues.indexPut_([nonFinalMask], targetNet.forward(nonFinalNextStates).max(1).values);
    });
    const expectedStateActionValues = nextStateValues.mul(GAMMA).add(rewardBatch);

    const criterion = new nn.SmoothL1Loss();
    const loss = criterion(stateActionValues, expectedStateActionValues.unsqueeze(1));

    zeroGrad(policyNet.parameters);
    loss.backward();
    // In torch: clip_grad_value_
    for (const { grad } of policyNet.parameters) grad!.clamp_(-CLIP, CLIP);
    return loss;
  }

  const losses: number[] = [];
  let firstGradients = zeros(0);
  for (let i = 0; i < 10; i++) {
    const loss = optimizeModel();
    losses.push(Number(loss.item()));
    if (i === 0) firstGradients = flat(policyNet.parameters.map(({ grad }) => grad!));
    step();
    // The target network follows slowly: θ′ ← τ θ + (1 − τ) θ′
    policyNet.parameters.forEach(({ data }, p) => {
      const target = targetNet.parameters[p].data;
      target.copy_(data.mul(TAU).add(target.mul(1 - TAU)));
    });
    log(`loss: ${losses[i].toFixed(4)}`);
  }
  return { losses, firstGradients, policy: flat(policyNet.parameters), target: flat(targetNet.parameters) };
}

if (isMain(import.meta.url)) run(console.log);
