/**
 * Sine waves continued by two LSTM cells, which L-BFGS trains: `npm run example --
 * ported/time-sequence`.
 *
 * Follows time_sequence_prediction/generate_sine_wave.py and train.py of
 * https://github.com/pytorch/examples (04b1f3c): its data, its model, its closure and its
 * predictions; the figures are left out. nn.LSTMCell is written out, under torch's names, so that
 * its state is one of torch's. Waves, cells and steps are fewer, and phases come from torch's
 * generator. At the end, the state is saved and loaded.
 */
import {
  arange,
  cat,
  manualSeed,
  nn,
  noGrad,
  optim,
  rand,
  safetensors,
  type Tensor,
  tidy,
  zeros,
} from "lossgrad";
import { isMain } from "../support/main.js";
import type { Log } from "../support/print.js";
import type { Numbers } from "./support.js";

/** 1 / √16 is exact, so that the first weights are those of nn.LSTMCell bit by bit. */
const HIDDEN = 16;
const [T, L, N, STEPS, FUTURE] = [4, 25, 6, 2, 10];

type State = [h: Tensor, c: Tensor];

class LSTMCell extends nn.Module<[input: Tensor, state: State], State> {
  weight_ih: nn.Parameter;
  weight_hh: nn.Parameter;
  bias_ih: nn.Parameter;
  bias_hh: nn.Parameter;
  constructor(inputSize: number, hiddenSize: number) {
    super();
    const bound = 1 / Math.sqrt(hiddenSize);
    const uniform = (...shape: number[]) =>
      new nn.Parameter(
        rand(shape)
          .mul(2 * bound)
          .sub(bound),
      );
    this.weight_ih = uniform(4 * hiddenSize, inputSize);
    this.weight_hh = uniform(4 * hiddenSize, hiddenSize);
    this.bias_ih = uniform(4 * hiddenSize);
    this.bias_hh = uniform(4 * hiddenSize);
  }
  override forward(input: Tensor, [h, c]: State): State {
    const ofInput = input.matmul(this.weight_ih.t()).add(this.bias_ih);
    const ofState = h.matmul(this.weight_hh.t()).add(this.bias_hh);
    const [i, f, g, o] = ofInput.add(ofState).chunk(4, 1);
    const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    return [o.sigmoid().mul(next.tanh()), next];
  }
}

class Sequence extends nn.Module<[input: Tensor, future?: number]> {
  lstm1 = new LSTMCell(1, HIDDEN);
  lstm2 = new LSTMCell(HIDDEN, HIDDEN);
  linear = new nn.Linear(HIDDEN, 1);
  override forward(input: Tensor, future = 0): Tensor {
    const outputs: Tensor[] = [];
    const zero = zeros(input.size(0), HIDDEN, { dtype: "float64" });
    let [one, two]: State[] = [
      [zero, zero],
      [zero, zero],
    ];
    const step = (inputT: Tensor): void => {
      one = this.lstm1(inputT, one);
      two = this.lstm2(one[0], two);
      outputs.push(this.linear(two[0]));
    };
    for (const inputT of input.split(1, 1)) step(inputT);
    for (let i = 0; i < future; i++) step(outputs.at(-1)!); // If we should predict the future
    return cat(outputs, 1);
  }
}

/** In torch: Sequence().double(). */
function makeSequence(): Sequence {
  const seq = new Sequence();
  for (const module of seq.modules()) {
    for (const [name, parameter] of module.namedParameters({ recurse: false })) {
      Object.assign(module, { [name]: new nn.Parameter(parameter.detach().to("float64")) });
    }
  }
  return seq;
}

export function run(log: Log): Numbers {
  manualSeed(0);
  const phases = rand(N, 1).mul(8 * T).to("int64").sub(4 * T); // prettier-ignore
  const data = arange(L).add(phases).to("float64").div(T).sin();

  const input = data.at("3:", ":-1");
  const target = data.at("3:", "1:");
  const testInput = data.at(":3", ":-1");
  const testTarget = data.at(":3", "1:");
  const seq = makeSequence();
  const criterion = new nn.MSELoss();
  // Use LBFGS as optimizer since we can load the whole data to train
  const optimizer = new optim.LBFGS(seq.parameters(), { lr: 0.8 });
  const [losses, testLosses]: number[][] = [[], []];
  for (let i = 0; i < STEPS; i++) {
    log(`STEP:  ${i}`);
    const closure = (): Tensor => {
      optimizer.zeroGrad();
      const out = seq(input);
      const loss = criterion(out, target);
      losses.push(Number(loss.item()));
      log(`loss: ${losses.at(-1)}`);
      loss.backward();
      return loss;
    };
    tidy(() => optimizer.step(closure));
    noGrad(() => {
      const pred = seq(testInput, FUTURE);
      const loss = criterion(pred.at(":", `:${-FUTURE}`), testTarget);
      testLosses.push(Number(loss.item()));
      log(`test loss: ${testLosses.at(-1)}`);
    });
  }

  const file = safetensors.save(seq.stateDict());
  const loaded = makeSequence();
  loaded.loadStateDict(safetensors.load(file));
  const predictions = noGrad(() => loaded(testInput, FUTURE));
  return { losses, testLosses, predictions };
}

if (isMain(import.meta.url)) run(console.log);
