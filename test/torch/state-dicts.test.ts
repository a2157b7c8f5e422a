/** States of models with buffers and losses go to PyTorch and back, each side loading strictly. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { manualSeed, nn, rand, safetensors, tensor, type Tensor } from "lossgrad";
import { describe, expect, it } from "vitest";
import { pythonWith } from "../support/python.js";

/** As state_dicts.py has it. */
class Scaled extends nn.Module {
  loss = new nn.CrossEntropyLoss({ weight: rand([3]) });
  scale = new nn.Parameter(rand([2]));
  layer = new nn.Linear(2, 3);
  declare steps: Tensor;
  constructor() {
    super();
    this.registerBuffer("running_mean", rand([2]));
    this.registerBuffer("steps", tensor(9n));
    this.registerBuffer("cache", rand([5]), { persistent: false });
    this.registerBuffer("nothing", null);
  }
}

const sequenceOf = (...modules: readonly nn.AnyModule[]): nn.AnyModule =>
  new nn.Sequential(...(modules as readonly nn.Module[]));
const MODELS: Readonly<Record<string, () => nn.AnyModule>> = {
  model: () => new Scaled(),
  sequence: () =>
    sequenceOf(new nn.Linear(2, 3), new nn.BCEWithLogitsLoss({ weight: rand([3]), posWeight: rand([3]) })),
  loss: () => new nn.NLLLoss({ weight: rand([4]) }),
  linear: () => new nn.LinearCrossEntropyLoss(2, 3, { weight: rand([3]), bias: true }),
  distance: () => new nn.TripletMarginWithDistanceLoss({ distanceFunction: new nn.Linear(2, 1) }),
  margins: () =>
    sequenceOf(
      new nn.MultiMarginLoss({ weight: rand([2]) }),
      new nn.MultiLabelSoftMarginLoss({ weight: rand([2]) }),
      new nn.BCELoss({ weight: rand([2]) }),
      new nn.L1Loss(),
    ),
};

interface Answer {
  readonly keys: readonly string[];
  readonly bytes: string;
  readonly loaded: string;
}
const python = pythonWith("torch", "safetensors.torch");
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** Models, the bytes of their states, and what PyTorch answers to these. */
function exchanged(command: readonly string[]): [string, nn.AnyModule, string, Answer][] {
  manualSeed(1);
  const models = Object.entries(MODELS).map(([name, make]): [string, nn.AnyModule] => [name, make()]);
  const written = Object.fromEntries(
    models.map(([name, model]) => [name, base64(safetensors.save(model.stateDict()))]),
  );
  const [program, ...args] = [...command, fileURLToPath(new URL("state_dicts.py", import.meta.url))];
  const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8", input: JSON.stringify(written) });
  expect(stderr).toBe("");
  const answers = JSON.parse(stdout) as Record<string, Answer>;
  return models.map(([name, model]) => [name, model, written[name], answers[name]]);
}

describe.skipIf(python === null)("states (skipped where no Python has torch and safetensors)", () => {
  const all = python === null ? [] : exchanged(python);

  it.each(all)("%s: the names are PyTorch's, in its order", (_, model, __, { keys }) => {
    expect(Object.keys(model.stateDict())).toEqual(keys);
  });

  it.each(all)("%s: PyTorch loads what is written here", (_, __, written, { loaded }) => {
    expect(loaded).toBe(written);
  });

  it.each(all)("%s: what PyTorch writes is loaded here", (_, model, __, { bytes }) => {
    model.loadStateDict(safetensors.load(Buffer.from(bytes, "base64")));
    expect(base64(safetensors.save(model.stateDict()))).toBe(bytes);
  });
});
