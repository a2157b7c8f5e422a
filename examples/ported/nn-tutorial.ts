/**
 * Logistic regression of classes, from scratch and then with F.crossEntropy, nn and optim: `npm run
 * example -- ported/nn-tutorial`.
 *
 * Follows "What is torch.nn really?", beginner_source/nn_tutorial.py of
 * https://github.com/pytorch/tutorials (05e7ce2), up to its convolutions. Instead of MNIST there
 * are noisy images of 8 × 8 pixels in ten classes, which come in their order. At the end, the state
 * is saved and loaded.
 */
import { F, manualSeed, nn, noGrad, optim, rand, randn, safetensors, type Tensor, zeros } from "lossgrad";
import { isMain } from "../support/main.js";
import type { Log } from "../support/print.js";
import type { Numbers } from "./support.js";

const [PIXELS, CLASSES, NUM_TRAIN, NUM_VALID] = [64, 10, 320, 100];
const [BS, LR, EPOCHS] = [64, 0.5, 2];

type Dataset = readonly [x: Tensor, y: Tensor];
type Loss = (input: Tensor, target: Tensor) => Tensor;

/** Images of a class are its own one, with noise. */
function makeData(): { train: Dataset; valid: Dataset } {
  const own = rand(CLASSES, PIXELS);
  const y = rand(NUM_TRAIN + NUM_VALID).mul(CLASSES).to("int64"); // prettier-ignore
  const x = own.at(y).add(randn(NUM_TRAIN + NUM_VALID, PIXELS).mul(0.5));
  return {
    train: [x.at(`:${NUM_TRAIN}`), y.at(`:${NUM_TRAIN}`)],
    valid: [x.at(`${NUM_TRAIN}:`), y.at(`${NUM_TRAIN}:`)],
  };
}

/** In torch: DataLoader(dataset, batch_size=bs). */
function* dataLoader([x, y]: Dataset, bs: number): Generator<Dataset> {
  for (let i = 0; i < x.size(0); i += bs) yield [x.at(`${i}:${i + bs}`), y.at(`${i}:${i + bs}`)];
}

function logSoftmax(x: Tensor): Tensor {
  return x.sub(x.exp().sum(-1).log().unsqueeze(-1));
}

function nll(input: Tensor, target: Tensor): Tensor {
  return input.gather(1, target.unsqueeze(1)).mean().neg(); // input[range(n), target]
}

function accuracy(out: Tensor, yb: Tensor): number {
  const preds = out.argmax(1);
  return Number(preds.eq(yb).to("float32").mean().item());
}

function fromScratch(train: Dataset, log: Log): Numbers {
  const weights = randn(PIXELS, CLASSES).div(Math.sqrt(PIXELS)).requiresGrad_();
  const bias = zeros(CLASSES, { requiresGrad: true });
  const logits = (xb: Tensor) => xb.matmul(weights).add(bias);
  const model = (xb: Tensor) => logSoftmax(logits(xb));

  const losses: number[] = [];
  let [xb, yb] = train;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for ([xb, yb] of dataLoader(train, BS)) {
      const loss = nll(model(xb), yb);
      losses.push(Number(loss.item()));
      loss.backward();
      noGrad(() => {
        weights.sub_(weights.grad!.mul(LR));
        bias.sub_(bias.grad!.mul(LR));
        weights.grad!.zero_();
        bias.grad!.zero_();
      });
    }
  }
  log(`${nll(model(xb), yb).item().toFixed(4)} ${accuracy(model(xb), yb).toFixed(4)}`);
  log(`${F.crossEntropy(logits(xb), yb).item().toFixed(4)} ${accuracy(logits(xb), yb).toFixed(4)}`);
  return { "scratch.losses": losses, "scratch.weights": weights };
}

class MnistLogistic extends nn.Module {
  lin = new nn.Linear(PIXELS, CLASSES);
  override forward(xb: Tensor): Tensor {
    return this.lin(xb);
  }
}

function getModel(): [MnistLogistic, optim.SGD] {
  const model = new MnistLogistic();
  return [model, new optim.SGD(model.parameters(), { lr: LR })];
}

function lossBatch(
  model: MnistLogistic,
  lossFunc: Loss,
  [xb, yb]: Dataset,
  opt?: optim.SGD,
): [number, number] {
  const loss = lossFunc(model(xb), yb);
  if (opt !== undefined) {
    loss.backward();
    opt.step();
    opt.zeroGrad();
  }
  return [Number(loss.item()), xb.size(0)];
}

export function run(log: Log): Numbers {
  manualSeed(0);
  const { train, valid } = makeData();
  const scratch = fromScratch(train, log);

  const [model, opt] = getModel();
  const lossFunc = F.crossEntropy;
  const [losses, validation]: number[][] = [[], []];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    model.train();
    for (const batch of dataLoader(train, BS)) losses.push(lossBatch(model, lossFunc, batch, opt)[0]);
    model.eval();
    const all = noGrad(() =>
      [...dataLoader(valid, 2 * BS)].map((batch) => lossBatch(model, lossFunc, batch)),
    );
    const nums = all.reduce((sum, [, num]) => sum + num, 0);
    validation.push(all.reduce((sum, [loss, num]) => sum + loss * num, 0) / nums);
    log(`${epoch} ${validation[epoch].toFixed(4)}`);
  }

  const file = safetensors.save(model.stateDict());
  const [loaded] = getModel();
  loaded.loadStateDict(safetensors.load(file));
  const [x, y] = valid;
  const out = noGrad(() => loaded(x));
  log(`saved and loaded: ${accuracy(out, y).toFixed(4)}`);
  return { ...scratch, losses, validation, out };
}

if (isMain(import.meta.url)) run(console.log);
