/**
 * Tensors of other runtimes, by objects of the same make. What each has was seen on
 * onnxruntime-common 1.23, tfjs-core 4.22, numpy-ts 1.4 and jax-js 0.1 under Node 20.
 */
import { F, tensor, zerosLike } from "lossgrad";
import type { TensorData } from "lossgrad";
import { l1Loss } from "lossgrad/arrays";
import type { ArrayOperand } from "lossgrad/arrays";
import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/refuse.js";

type Data = ArrayLike<unknown>;

/** ONNX Runtime's: `data` is a getter that throws where the data are not on the CPU. */
class OrtTensor {
  constructor(
    readonly type: string,
    private readonly cpuData: Data,
    readonly dims: readonly number[],
    readonly location = "cpu",
  ) {}
  get data(): Data {
    if (this.location === "cpu" || this.location === "cpu-pinned") return this.cpuData;
    throw new Error("The data is not on CPU.");
  }
}

/** tfjs's: `data()` is asynchronous, and `strides` lack the last dimension. */
class TfTensor {
  readonly strides: number[] = [];
  constructor(
    readonly dtype: string,
    private readonly values: Data,
    readonly shape: number[],
  ) {}
  data(): Promise<Data> {
    return Promise.resolve(this.values);
  }
  dataSync(): Data {
    return this.values;
  }
}

/** jax-js's: `dataSync()` gives back a reference, and `ref` takes one. */
class JaxArray {
  refCount = 1;
  constructor(
    readonly dtype: string,
    private readonly values: Data,
    readonly shape: number[],
  ) {}
  get ref(): this {
    this.refCount++;
    return this;
  }
  dataSync(): Data {
    if (this.refCount-- < 1) throw new ReferenceError("used after free");
    return this.values;
  }
}

/** numpy-ts's: `data` is the whole buffer, also of a view. */
const numpyArray = (dtype: string, data: Data, shape: number[], strides: number[]): TensorData =>
  ({ dtype, data, shape, strides }) as never;

const made = (data: unknown, options?: object): unknown[] => {
  const x = tensor(data as TensorData, options);
  return [x.dtype, x.shape, x.tolist()];
};
const refused = (data: unknown, kind: new (message: string) => Error, message: string): void => {
  expectRefused(() => tensor(data as TensorData), kind, message);
  expectRefused(() => l1Loss(data as ArrayOperand, 0), kind, message.replace("a tensor", "prediction"));
};

describe("a tensor of ONNX Runtime", () => {
  it.each([
    [
      "float32",
      Float32Array.of(1, 2, 3, 4),
      [2, 2],
      [
        "float32",
        [2, 2],
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ],
    ["float64", Float64Array.of(0.1), [], ["float64", [], 0.1]],
    ["float16", Uint16Array.of(0x3c00, 0xc000), [2], ["float16", [2], [1, -2]]],
    ["int64", BigInt64Array.of(1n, -2n), [2, 1], ["int64", [2, 1], [[1n], [-2n]]]],
    ["uint8", Uint8Array.of(255), [1], ["uint8", [1], [255]]],
    ["bool", Uint8Array.of(1, 0), [2], ["bool", [2], [true, false]]],
    ["float32", new Float32Array(0), [0, 3], ["float32", [0, 3], []]],
  ] as const)("of %s gives its dtype, shape and elements", (type, data, dims, expected) => {
    expect(made(new OrtTensor(type, data, dims))).toEqual(expected);
  });

  it("is converted to a dtype that is asked for; bits that might be halves must be", () => {
    expect(made(new OrtTensor("int32", Int32Array.of(3), [1]), { dtype: "float16" })).toEqual([
      "float16",
      [1],
      [3],
    ]);
    const unsigned = new OrtTensor("uint16", Uint16Array.of(7), [1]);
    expect(made(unsigned, { dtype: "float16" })).toEqual(["float16", [1], [7]]);
    // It says that they are numbers, where a bare Uint16Array might hold the bits of halves.
    expect(made(unsigned)).toEqual(["int32", [1], [7]]);
    const untold = { data: Uint16Array.of(7), shape: [1] };
    expectRefused(() => tensor(untold), TypeError, "got Uint16Array; give a dtype");
    expectRefused(
      () => l1Loss(unsigned as ArrayOperand, 0),
      TypeError,
      "real numbers of a dtype, got Uint16Array",
    );
  });

  it("elsewhere than on the CPU, disposed, or of strings is a TypeError", () => {
    const data = new Float32Array(2);
    refused(
      new OrtTensor("float32", data, [2], "gpu-buffer"),
      TypeError,
      'expected a tensor\'s data on the CPU, got "gpu-buffer"; download it first: await tensor.getData()',
    );
    refused(
      new OrtTensor("float32", data, [2], "none"),
      TypeError,
      "expected a tensor with data, got a disposed tensor",
    );
    refused(
      new OrtTensor("string", ["a"], [1]),
      TypeError,
      "expected a tensor's data to be a typed array, got array",
    );
    expect(made(new OrtTensor("float32", data, [2], "cpu-pinned"))).toEqual(["float32", [2], [0, 0]]);
  });
});

describe("a tensor of tfjs", () => {
  it.each([
    ["float32", Float32Array.of(1, 2), [2, 1], ["float32", [2, 1], [[1], [2]]]],
    ["int32", Int32Array.of(5), [], ["int32", [], 5]],
    ["bool", Uint8Array.of(0, 1), [2], ["bool", [2], [false, true]]],
    [
      "complex64",
      Float32Array.of(1, 3, 2, 4),
      [2],
      [
        "complex64",
        [2],
        [
          { re: 1, im: 3 },
          { re: 2, im: 4 },
        ],
      ],
    ],
  ] as const)("of %s gives its dtype, shape and elements", (dtype, data, shape, expected) => {
    expect(made(new TfTensor(dtype, data, [...shape]))).toEqual(expected);
  });

  it("of complex numbers does not become real, nor real numbers pairs", () => {
    const complex = new TfTensor("complex64", Float32Array.of(1, 3), [1]);
    expectRefused(
      () => tensor(complex, { dtype: "float32" }),
      TypeError,
      "expected real numbers for float32, got complex64",
    );
    const real = new TfTensor("float32", Float32Array.of(1, 3), [2]);
    expect(made(real, { dtype: "complex64" })).toEqual([
      "complex64",
      [2],
      [
        { re: 1, im: 0 },
        { re: 3, im: 0 },
      ],
    ]);
  });
});

describe("an array of jax-js", () => {
  it("keeps its references, however often it is read", () => {
    const x = new JaxArray("float32", Float32Array.of(1, 2), [2]);
    for (let i = 0; i < 3; i++) expect(made(x)).toEqual(["float32", [2], [1, 2]]);
    expect([l1Loss(x, 0), x.refCount]).toEqual([1.5, 1]);
  });

  it("of bools has them in int32", () => {
    expect(made(new JaxArray("bool", Int32Array.of(1, 0), [2]))).toEqual(["bool", [2], [true, false]]);
  });
});

describe("an array of numpy-ts", () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);

  it("gives its dtype, shape and elements", () => {
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect(made(numpyArray("float32", data, [2, 3], [3, 1]))).toEqual(["float32", [2, 3], rows]);
    expect(made(numpyArray("float32", data, [2, 1, 3], [3, 99, 1]))).toEqual([
      "float32",
      [2, 1, 3],
      rows.map((r) => [r]),
    ]);
    // Without Float16Array its halves are held in float32.
    expect(made(numpyArray("float16", data, [6], [1]))).toEqual(["float32", [6], [1, 2, 3, 4, 5, 6]]);
    const pairs = numpyArray("complex128", Float64Array.of(1, 2), [1], [1]);
    expect(made(pairs)).toEqual(["complex128", [1], [{ re: 1, im: 2 }]]);
  });

  it("that is a view is refused with the way out, whose elements would be others", () => {
    refused(
      numpyArray("float32", data, [3, 2], [1, 3]),
      TypeError,
      "expected a tensor in row-major order, strides [2, 1], got strides [1, 3]; pass a copy (numpy-ts: x.copy())",
    );
    refused(
      numpyArray("float32", data, [3], [1]),
      RangeError,
      "expected a tensor of shape [3] to hold 3 elements, got 6",
    );
    refused(numpyArray("float32", data, [6], [-1]), TypeError, "got strides [-1]");
    refused(numpyArray("float32", data.subarray(0, 2), [3, 2], [0, 1]), TypeError, "got strides [0, 1]");
  });
});

describe("tagged bits", () => {
  it("are halves of one dimension", () => {
    expect(made({ data: Uint16Array.of(0x3c00), dtype: "float16" })).toEqual(["float16", [1], [1]]);
    expect(made({ data: Uint16Array.of(0x3f80), dtype: "bfloat16" })).toEqual(["bfloat16", [1], [1]]);
    expect(made({ data: Float32Array.of(2), dtype: "float32" })).toEqual(["float32", [1], [2]]);
  });
});

describe("an object of no runtime", () => {
  it("is a TypeError that says what was missing", () => {
    refused(
      { data: [1, 2], shape: [2] },
      TypeError,
      "expected a tensor's data to be a typed array, got array of length 2",
    );
    refused(
      { data: Float32Array.of(1), shape: "1" },
      TypeError,
      'to be an array of non-negative integers, got "1"',
    );
    refused(
      { data: Float32Array.of(1), shape: [-1] },
      TypeError,
      "non-negative integers, got array of length 1",
    );
    refused(
      { data: () => 1, shape: [1] },
      TypeError,
      "expected a tensor's data, got a function; pass what it resolves to",
    );
    refused({ data: null, dims: [1] }, TypeError, "to be a typed array, got null");
    refused({ dataSync: () => [1], shape: [1] }, TypeError, "to be a typed array, got array of length 1");
  });

  it("of a detached buffer is a TypeError", () => {
    const data = Float32Array.of(1);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    refused({ data, dims: [1] }, TypeError, "expected a tensor in memory, got one whose buffer was detached");
  });

  it("leaves nothing behind when an option is wrong", () => {
    const x = new OrtTensor("int32", Int32Array.of(3), [1]) as TensorData;
    expectRefused(() => tensor(x, { requiresGrad: true }), TypeError, "Only Tensors of floating point");
    expectRefused(
      () => tensor(x, { dtype: "float8" as "float32" }),
      TypeError,
      "expected dtype to be one of",
    );
    expectRefused(
      () => tensor(x, { device: "cpu" } as object),
      TypeError,
      "unexpected keyword argument 'device'",
    );
  });
});

describe("where a tensor of this library is expected", () => {
  const x = tensor([1, 2]);
  class Tensor extends OrtTensor {}
  const stranger = new Tensor("float32", Float32Array.of(1, 2), [2]) as never;
  it.each<[string, () => unknown]>([
    ["F.l1Loss's input", () => F.l1Loss(stranger, x)],
    ["F.l1Loss's target", () => F.l1Loss(x, stranger)],
    ["add", () => x.add(stranger)],
    ["matmul", () => x.matmul(stranger)],
    ["copy_", () => x.copy_(stranger)],
    ["grad", () => (x.grad = stranger)],
    ["zerosLike", () => zerosLike(stranger)],
  ])("another library's is told from it: %s", (_, call) => {
    expectRefused(call, TypeError, "got another library's Tensor");
  });
});
