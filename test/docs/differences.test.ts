/** What FEATURES.md says of names that differ: each by a program that shows it. */
import { readFileSync } from "node:fs";
import * as lossgrad from "lossgrad";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSnippet } from "../support/snippets.js";

/**
 * PyTorch's names, as they stand in the first cell of a row; and what is true of ours. Aliases show
 * themselves.
 */
const PROGRAMS: Record<string, string> = {
  "`backward`": `try { tensor([1], { requiresGrad: true }).backward(null, { inputs: [] }); } catch (e) { console.log(e.message); }
1; // backward() got an unexpected keyword argument 'inputs'; it takes retainGraph, createGraph`,
  "`grad_fn`": `tensor(1, { requiresGrad: true }).mul(2).gradFn.name; // "MulBackward0"
"next_functions" in tensor(1, { requiresGrad: true }).mul(2).gradFn; // false`,
  "`dtype`": `tensor(1).dtype; // "float32"`,
  "`shape`": `Object.isFrozen(zeros([2, 3]).shape); // true
zeros([2, 3]).shape; // [2, 3]`,
  "`size`": `zeros([2, 3]).size(); // [2, 3]
zeros([2, 3]).size(-1); // 3`,
  "`nelement`": `zeros([2, 3]).numel(); // 6`,
  "`item`": `tensor([5n]).item(); // 5n
tensor({ re: 1, im: 2 }).item(); // { re: 1, im: 2 }`,
  "`tolist`": `tensor([5n]).tolist(); // [5n]`,
  "`numpy`": `zeros([2]).array().constructor.name; // "Float32Array"
try { zeros([2, 3]).t().array(); } catch (e) { console.log(e.message); }
1; // array: expected a contiguous tensor, got strides [1, 3]; use clone().array()`,
  "`to`": `try { tensor(1).to({ dtype: "float64" }); } catch (e) { console.log(e.name); }
1; // TypeError
tensor(1e30).to("int64").item(); // 9223372036854775807n
tensor(300).to("uint8").item(); // 44`,
  "`contiguous`": `const x = zeros([2]);
x.clone().fill_(1);
String(x); // "tensor([0., 0.])"`,
  "`reshape`": `const x = zeros([2, 3]);
x.reshape(6).fill_(1);
x.sum().item(); // 6
x.t().reshape(3, 2, 1).fill_(2);
x.sum().item(); // 6`,
  "`flatten`": `const x = zeros([2, 3]);
x.flatten().fill_(1);
x.sum().item(); // 6
x.t().flatten(0, 0).fill_(2);
x.sum().item(); // 6`,
  "`view`": `try { zeros([2, 3]).t().view(3, 2); } catch (e) { console.log(e.name); }
1; // RangeError
try { zeros([2]).view("int32"); } catch (e) { console.log(e.message); }
1; // view: expected sizes to be integers, got "int32"`,
  "`index_put_`": `const x = zeros([2, 3]);
x.indexPut_([":", "1:3"], tensor([1, 2])).tolist(); // [[0, 1, 2], [0, 1, 2]]
x.indexPut_([x.eq(0)], 5).tolist(); // [[5, 1, 2], [5, 1, 2]]`,
  "`index_put`": `const x = zeros([3]);
x.indexPut(["1:"], 2).tolist(); // [0, 2, 2]
x.tolist(); // [0, 0, 0]`,
  "`unbind`": `[...tensor([[1, 2], [3, 4]])].map(String); // ["tensor([1., 2.])", "tensor([3., 4.])"]`,
  "`T`": `zeros([2, 3]).t().shape; // [3, 2]
try { zeros([2, 3, 4]).t(); } catch (e) { console.log(e.message); }
1; // t() expects a tensor with <= 2 dimensions, but self is 3D`,
  "`pow`": `try { tensor(2).pow(tensor(2)); } catch (e) { console.log(e.message); }
1; // pow: expected a number, got Tensor`,
  "`data`": `const x = tensor([1], { requiresGrad: true });
const loss = F.mseLoss(x, tensor([0]));
x.data.mul_(10);
loss.backward();
x.grad.item(); // 2`,
  "`div`": `try { tensor(7).div(2, { roundingMode: "floor" }); } catch (e) { console.log(e.message); }
1; // div() got an unexpected keyword argument 'roundingMode'`,
  "`div_`": `try { tensor(7).div_(2, { roundingMode: "floor" }); } catch (e) { console.log(e.message); }
1; // div_() got an unexpected keyword argument 'roundingMode'`,
  "`maximum`": `tensor(1).maximum(2).item(); // 2`,
  "`minimum`": `tensor(1).minimum(2).item(); // 1`,
  "`clamp`": `tensor(3).clamp(0, 2).item(); // 2
tensor(3).clamp({ max: 2 }).item(); // 2
tensor(3).clamp(tensor(1), 2).item(); // 2`,
  "`clamp_min`": `tensor(1).clamp({ min: 2 }).item(); // 2`,
  "`clamp_max`": `tensor(3).clamp({ max: 2 }).item(); // 2`,
  "`clamp_`": `tensor(3).clamp_({ max: 2 }).item(); // 2`,
  "`clamp_min_`": `tensor(1).clamp_({ min: 2 }).item(); // 2`,
  "`clamp_max_`": `tensor(3).clamp_({ max: 2 }).item(); // 2`,
  "`max`": `Object.keys(tensor([1, 2]).max({ dim: 0, keepdim: true })); // ["values", "indices"]
tensor([[1, 2]]).max(1).values.tolist(); // [2]`,
  "`min`": `tensor([[1, 2]]).min(1).indices.tolist(); // [0n]`,
  "`argmax`": `tensor([[1, 2]]).argmax({ dim: 1, keepdim: true }).tolist(); // [[1n]]`,
  "`argmin`": `tensor([[1, 2]]).argmin(1).tolist(); // [0n]`,
  "`nansum`": `try { ones([2]).nansum({ dtype: "float64" }); } catch (e) { console.log(e.message); }
1; // nansum() got an unexpected keyword argument 'dtype'; it takes dim, keepdim`,
  "`nanmean`": `try { ones([2]).nanmean({ dtype: "float64" }); } catch (e) { console.log(e.message); }
1; // nanmean() got an unexpected keyword argument 'dtype'; it takes dim, keepdim`,
  "`var`": `tensor([1, 3]).var({ unbiased: false }).item(); // 1
try { tensor({ re: 1, im: 2 }).var(); } catch (e) { console.log(e.name); }
1; // TypeError`,
  "`std`": `tensor([1, 3]).std({ correction: 0 }).item(); // 1`,
  "`logsumexp`": `try { tensor({ re: 1, im: 2 }).logsumexp(0); } catch (e) { console.log(e.message); }
1; // logsumexp: expected real numbers, got complex64
ones([2, 2]).logsumexp().ndim; // 0`,
  "`norm`": `tensor([[3, -4]]).norm(1, { dim: 1 }).tolist(); // [7]
tensor([1e30]).norm().item() === tensor([1e30]).item(); // true
try { ones([2, 2]).norm("nuc"); } catch (e) { console.log(e.name); }
1; // RangeError`,
  "`pow_`": `try { tensor(2).pow_(tensor(2)); } catch (e) { console.log(e.message); }
1; // pow_: expected a number, got Tensor`,
  "`sum`": `String(ones([2, 3]).sum(0)); // "tensor([2., 2., 2.])"
String(ones([2, 3]).sum({ dim: 0, keepdim: true })); // "tensor([[2., 2., 2.]])"
try { ones([2]).sum({ dtype: "float64" }); } catch (e) { console.log(e.message); }
1; // sum() got an unexpected keyword argument 'dtype'; it takes dim, keepdim`,
  "`mean`": `String(ones([2, 3]).mean({ dim: [0, 1] })); // "tensor(1.)"
try { ones([2]).mean({ dtype: "float64" }); } catch (e) { console.log(e.message); }
1; // mean() got an unexpected keyword argument 'dtype'; it takes dim, keepdim`,
  "`fill_`": `try { zeros([2]).fill_(tensor(1)); } catch (e) { console.log(e.message); }
1; // fill_: expected a number, got Tensor
try { zeros([2], { dtype: "uint8" }).fill_(300); } catch (e) { console.log(e.name); }
1; // RangeError`,
  "`tensor`": `tensor([1, 2]).dtype; // "float32"`,
  "`arange`": `arange(3).dtype; // "float32"
try { arange(3, { dtype: "complex64" }); } catch (e) { console.log(e.message); }
1; // arange: expected a real dtype, got complex64`,
  "`linspace`": `try { linspace(0, 1, 3, { dtype: "complex64" }); } catch (e) { console.log(e.message); }
1; // linspace: expected a real dtype, got complex64`,
  "`as_tensor`, `asarray`, `from_numpy`, `frombuffer`, `from_dlpack`, `scalar_tensor`": `const data = Float32Array.of(1);
tensor(data).fill_(2);
data[0]; // 1`,
  "`full`": `full([1], 1).dtype; // "float32"
try { full([1], true); } catch (e) { console.log(e.message); }
1; // full: expected a number, got true`,
  "`rand`": `try { rand([1], { dtype: "complex64" }); } catch (e) { console.log(e.message); }
1; // rand: expected a floating dtype, got complex64`,
  "`randn`": `try { randn([1], { dtype: "complex64" }); } catch (e) { console.log(e.message); }
1; // randn: expected a floating dtype, got complex64`,
  "`topk`": `tensor([[1, 3, 1], [2, 0, 2]]).topk(2, { dim: 1, largest: false }).indices.tolist(); // [[0n, 2n], [1n, 0n]]`,
  "`manual_seed`": `manualSeed(1); // undefined`,
  "`set_num_threads`": `setNumThreads(3); // undefined
getNumThreads(); // 3`,
  "`no_grad`": `noGrad(() => tensor(1, { requiresGrad: true }).mul(2)).requiresGrad; // false
try { noGrad(() => Promise.resolve()); } catch (e) { console.log(e.name); }
1; // TypeError`,
  "`set_printoptions`": `tensor(0.5).toString({ precision: 1 }); // "tensor(0.5)"`,
};

/** The first cells and the remarks of a section's table of differences. */
function rowsOf(heading: string): [cell: string, remark: string][] {
  const [section] = readFileSync("FEATURES.md", "utf8")
    .split(/^## /m)
    .filter((part) => part.startsWith(`${heading}\n`));
  return [...section.matchAll(/^\| (`.*?) \| `.*?` \| (.+) \|$/gm)].map(([, cell, remark]) => [cell, remark]);
}

const differing = [...rowsOf("torch.Tensor"), ...rowsOf("torch")];
const isAlias = (remark: string): boolean => /^(an alias|aliases)/.test(remark);
/** Conversions are an alias of `to`. */
const SHOWN_ELSEWHERE = '`x.to("float64")`';

beforeAll(() => void lossgrad.onWarning(() => undefined));
afterAll(() => void lossgrad.onWarning(null));

describe("the differences in FEATURES.md", () => {
  const cells = differing
    .filter(([, remark]) => !isAlias(remark) && !remark.startsWith(SHOWN_ELSEWHERE))
    .map(([cell]) => cell);

  it("have a program each", () => {
    expect(Object.keys(PROGRAMS).sort()).toEqual([...cells].sort());
  });

  it.each(Object.entries(PROGRAMS))("%s", (cell, program) => {
    const { differences, compared } = runSnippet({ place: cell, code: program }, { ...lossgrad });
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });
});
