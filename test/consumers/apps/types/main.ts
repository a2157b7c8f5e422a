import { F, nn, tensor, type Tensor } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";
import { compare, type Comparison } from "lossgrad/compare";
import { toBeCloseToTensor } from "lossgrad/compare/matchers";
import { MaxError, MeanAbsoluteError, Metrics } from "lossgrad/metrics";
import { type BinarySource, init } from "lossgrad/slim";
import { huberLoss } from "lossgrad/slim/arrays";

const mean: number = l1Loss(new Float32Array(2), new Float64Array([1, 2]));
const { grad }: { grad: Float64Array } = l1Loss.valueAndGrad(new Float64Array(2), 1, { reduction: "sum" });
const lossFn = new nn.HuberLoss({ reduction: "sum", delta: 2 });
const loss: Tensor = lossFn(tensor([1, 2]), tensor([3, 4]));
// @ts-expect-error: a misspelt reduction does not compile
const misspelt = () => F.l1Loss(loss, loss, { reduction: "average" });
// @ts-expect-error: the gradient of numbers is no string
const wrong: string = grad;
// @ts-expect-error: unreduced, a loss is an array
const unreduced: () => number = () => l1Loss(new Float32Array(2), 1, { reduction: "none" });
// @ts-expect-error: and so is its gradient
const gradient: () => number = () => l1Loss.valueAndGrad(new Float32Array(2), 1).grad;
const inPlace: Float32Array = l1Loss(new Float32Array(2), 1, { reduction: "none", out: new Float32Array(2) });
const halves = { data: new Uint16Array(2), dtype: "float16" } as const;
const { grad: bits } = l1Loss.valueAndGrad(halves, 1, { grad: halves });
const source: BinarySource = new URL("https://example.org/lossgrad.wasm");
const ready = (): Promise<void> => init(source);
const metrics = new Metrics({ mae: new MeanAbsoluteError(), worst: new MaxError() });
const results: { mae: number; worst: { index: number | null } } = metrics.compute();
const columns: number[] = new MeanAbsoluteError({ numOutputs: 2 }).compute();
metrics.merge(Metrics.fromBytes(metrics.toBytes()));
// @ts-expect-error: there is no such policy
const policy = () => new MaxError({ nan: "ignore" });
const { equal, distances }: Comparison = compare(tensor([1]), new Float32Array(1), { ulp: 1 });
// @ts-expect-error: a tolerance is a number
const tolerance = () => compare(new Float32Array(1), new Float32Array(1), { rtol: "1e-3", atol: 0 });
if (equal || distances?.mismatches !== 1) throw new Error(typeof tolerance);
const passes: boolean = toBeCloseToTensor(new Float32Array(1), new Float32Array(1)).pass;
if (!passes) throw new Error("expected zeros to be close");
if (results.worst.index !== null || columns.length !== 2) throw new Error(typeof policy);
const slim: number = huberLoss(new Float32Array(2), 1);
console.log(slim, typeof ready, typeof unreduced, typeof gradient, inPlace.length, bits.data.length);
console.log(mean, grad.join(" "), loss.item(), typeof misspelt, typeof wrong);
