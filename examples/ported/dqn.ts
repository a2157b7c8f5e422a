/**
 * Deep Q-learning's optimization step on a small batch: `npm run example -- ported/dqn`.
 *
 * Follows intermediate_source/reinforcement_q_learning.py of https://github.com/pytorch/tutorials:
 * its network, its optimize_model() and its update of the target network. The memory is filled at
 * random instead of by a game, the network is narrower, and gradients are clipped at 0.05 instead
 * of 100, which so small a batch does not reach.
 */
import { cat, manualSeed, nn, noGrad, optim, rand, randn, tensor, type Tensor, zeros } from "lossgrad";
import { isMain } from "../support/main.js";
import type { Log } from "../support/print.js";
import type { Numbers } from "./support.js";

const [OBSERVATIONS, ACTIONS, HIDDEN, BATCH_SIZE, CLIP] = [4, 2, 16, 8, 0.05];
const [GAMMA, TAU, LR] = [0.99, 0.005, 3e-4];

/** A step of the game; a final one has no next state. */
interface Transition {
  state: Tensor;
  action: Tensor;
  nextState: Tensor | null;
  reward: Tensor;
}

class DQN extends nn.Module {
  layer1 = new nn.Linear(OBSERVATIONS, HIDDEN);
  layer2 = new nn.Linear(HIDDEN, HIDDEN);
  layer3 = new nn.Linear(HIDDEN, ACTIONS);
  override forward(x: Tensor): Tensor {
    x = this.layer1(x).relu(); // F.relu(self.layer1(x))
    x = this.layer2(x).relu();
    return this.layer3(x);
  }
}

function fillMemory(): Transition[] {
  return Array.from({ length: BATCH_SIZE }, () => ({
    state: randn(1, OBSERVATIONS),
    action: rand(1, 1).mul(ACTIONS).to("int64"), // .long()
    nextState: Number(rand(1).item()) < 0.25 ? null : randn(1, OBSERVATIONS),
    reward: randn(1),
  }));
}

/** All numbers of all tensors in one row. */
function flat(tensors: readonly Tensor[]): Tensor {
  return cat(tensors.map((one) => one.detach().flatten()));
}

export function run(log: Log): Numbers {
  manualSeed(1);
  const policyNet = new DQN();
  const targetNet = new DQN();
  targetNet.loadStateDict(policyNet.stateDict());
  const memory = fillMemory();
  const optimizer = new optim.AdamW(policyNet.parameters(), { lr: LR, amsgrad: true });

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
    const stateActionValues = policyNet(stateBatch).gather(1, actionBatch);

    // V(s') by the target network, and 0 where the game had ended
    const nextStateValues = zeros(BATCH_SIZE);
    noGrad(() => {
      // In torch: values[mask] = …
      nextStateValues.indexPut_([nonFinalMask], targetNet(nonFinalNextStates).max(1).values);
    });
    const expectedStateActionValues = nextStateValues.mul(GAMMA).add(rewardBatch);

    const criterion = new nn.SmoothL1Loss();
    const loss = criterion(stateActionValues, expectedStateActionValues.unsqueeze(1));

    optimizer.zeroGrad();
    loss.backward();
    nn.utils.clipGradValue_(policyNet.parameters(), CLIP);
    return loss;
  }

  const losses: number[] = [];
  let firstGradients = zeros(0);
  for (let i = 0; i < 10; i++) {
    const loss = optimizeModel();
    losses.push(Number(loss.item()));
    if (i === 0) firstGradients = flat(policyNet.parameters().map(({ grad }) => grad!));
    optimizer.step();
    // The target network follows slowly: θ′ ← τ θ + (1 − τ) θ′
    const targetState = targetNet.stateDict();
    for (const [key, data] of Object.entries(policyNet.stateDict())) {
      targetState[key].copy_(data.mul(TAU).add(targetState[key].mul(1 - TAU)));
    }
    log(`loss: ${losses[i].toFixed(4)}`);
  }
  return {
    losses,
    firstGradients,
    policy: flat(policyNet.parameters()),
    target: flat(targetNet.parameters()),
  };
}

if (isMain(import.meta.url)) run(console.log);
