import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { along, mapped, picture, type Shaped } from "../../test/support/planted.js";
import { temporary } from "../../test/support/temporary.js";
import { lossgrad } from "./support/program.js";
import { npyOf } from "./support/npy.js";

const { file, folder } = temporary("lossgrad-diff-");

const image = picture([2, 3, 8, 10], 1);
const swapped = along(image, 1, (c) => 2 - c);
const npy = (name: string, { data, shape }: Shaped): string => file(name, npyOf(data, shape));

/** A safetensors file of float32 tensors, in the order given. */
function safetensors(name: string, tensors: Readonly<Record<string, Shaped>>): string {
  let end = 0;
  const entries = Object.entries(tensors).map(([key, { data, shape }]) => {
    const begin = end;
    end += data.byteLength;
    return [key, { dtype: "F32", shape, data_offsets: [begin, end] }] as const;
  });
  // The header's own order says nothing.
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries.reverse())));
  const start = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer);
  const bytes = Object.values(tensors).map(({ data }) => new Uint8Array(data.buffer));
  return file(name, Buffer.concat([start, text, ...bytes]));
}

async function diffJson(...args: string[]): Promise<Record<string, unknown>> {
  const { out, err } = await lossgrad(["diff", ...args, "--json"]);
  expect(err).toBe("");
  return JSON.parse(out) as Record<string, unknown>;
}

describe("two arrays", () => {
  test("that are equal: exit code 0", async () => {
    const { code, out, err } = await lossgrad(["diff", npy("a.npy", image), npy("b.npy", image)]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("EQUAL: all 480 pairs are within 0.00001 + 0.0000013 |reference|");
    expect(out).toContain("diagnosis: The arrays are the same.");
  });

  test("that differ: exit code 1, where, how far and why", async () => {
    const paths = [npy("a.npy", image), npy("b.npy", swapped)];
    const { code, out, err } = await lossgrad(["diff", ...paths, "--axis", "1"]);
    expect([code, err]).toEqual([1, ""]);
    expect(out).toMatch(
      /^DIFFERENT: \d+ of 480 pairs \([\d.]+ %\) are not within .*; the first is at \[0, 0, /m,
    );
    expect(out).toMatch(/│ absolute +│ +0\.\d+ │ \[\d, \d, \d, \d\] /);
    expect(out).toMatch(/│ in ULP of float32 │ +[\d,]+ │/);
    expect(out).toMatch(/│ +0 │ +\d+ │ █+/);
    expect(out).toMatch(/│ +1 │ +160 │ +0 │ +0 │ +0 │ +0 │/);
    expect(out).toContain("diagnosis: Channels are swapped along axis 1 of [2, 3, 8, 10]");
    expect(out).toContain("Once it is undone, all 480 pairs are equal");
  });

  test("as JSON, with all digits", async () => {
    const found = await diffJson(npy("a.npy", image), npy("b.npy", swapped), "--axis", "1");
    expect(found).toMatchObject({
      equal: false,
      reference: { format: "npy", dtype: "float32", shape: [2, 3, 8, 10] },
      tolerance: { rtol: 1.3e-6, atol: 1e-5 },
      channels: [{ index: 0 }, { index: 1, mismatches: 0 }, { index: 2 }],
      diagnosis: { name: "channels-swapped", parameters: { axis: 1, order: [2, 1, 0] } },
      notes: [],
    });
  });

  test("of other kinds of files, dtypes and orders", async () => {
    const matrix = Float32Array.of(1, 2, 3, 4, 5, 6);
    const fortran = file("f.npy", npyOf(Float32Array.of(1, 4, 2, 5, 3, 6), [2, 3], { fortran: true }));
    expect((await lossgrad(["diff", file("c.npy", npyOf(matrix, [2, 3])), fortran])).code).toBe(0);
    const csv = file("x.csv", "x\n1\n2\n3\n");
    const column = file("x.npy", npyOf(Float64Array.of(1, 2, 3)));
    expect((await lossgrad(["diff", csv, column])).code).toBe(0);
    const unsigned = npyOf(Uint8Array.from([1, 0, 255, 255]), [2], { descr: "<u2" });
    expect(await diffJson(file("u.npy", unsigned), file("u.npy", unsigned))).toMatchObject({
      equal: true,
      reference: { dtype: "uint16" },
      distances: { elements: 2 },
    });
  });

  test("of integers of 64 bits, to the last one", async () => {
    const big = BigInt64Array.of(2n ** 60n + 1n);
    const paths = [file("i.npy", npyOf(big)), file("j.npy", npyOf(BigInt64Array.of(2n ** 60n)))];
    expect(await diffJson(...paths)).toMatchObject({ equal: false, notes: [], distances: { bias: -1 } });
  });

  test("within a tolerance that is given, or units in the last place", async () => {
    const noisy = mapped(image, (x) => x * (1 + 2 ** -23));
    const paths = [npy("a.npy", image), npy("n.npy", noisy)];
    const code = async (...args: string[]): Promise<number> =>
      (await lossgrad(["diff", ...paths, ...args])).code;
    expect(await code()).toBe(0);
    expect(await code("--rtol", "0", "--atol", "0")).toBe(1);
    expect(await code("--rtol", "1e-6", "--atol", "0")).toBe(0);
    expect(await code("--ulp", "0")).toBe(1);
    expect(await code("--ulp", "2")).toBe(0);
  });

  test("with NaN and infinities, which are told with their places", async () => {
    const spoilt = mapped(image, (x, i) => (i === 3 ? NaN : i === 30 ? Infinity : x));
    const paths = [npy("s.npy", spoilt), npy("t.npy", spoilt)];
    const { code, out } = await lossgrad(["diff", ...paths]);
    expect(code).toBe(1);
    expect(out).toContain("reference: 1 NaN, the first at [0, 0, 0, 3]; 1 +Inf, the first at [0, 0, 3, 0]");
    expect(out).toContain("diagnosis: The arrays are the same; but a NaN is not equal to itself");
    expect((await lossgrad(["diff", ...paths, "--equal-nan"])).code).toBe(0);
  });

  test("of different shapes", async () => {
    const { code, out } = await lossgrad([
      "diff",
      npy("a.npy", image),
      npy("b.npy", { data: image.data, shape: [2, 240] }),
    ]);
    expect(code).toBe(1);
    expect(out).toContain("DIFFERENT: shape [2, 240] instead of [2, 3, 8, 10]");
    expect(out).toContain("diagnosis: The elements are in the same order, but the shape is");
  });
});

describe("many arrays", () => {
  const layers = {
    "z.first": picture([4, 4, 4], 1),
    "a.second": picture([2, 5, 5], 2),
    last: picture([3, 3, 3], 3),
  };
  const other = {
    ...layers,
    "a.second": mapped(layers["a.second"], (x) => 255 * x),
    last: picture([3, 3, 3], 4),
  };

  test("of two safetensors files, in the order of their elements, the first that departs marked", async () => {
    const paths = [safetensors("p.safetensors", layers), safetensors("q.safetensors", other)];
    const { code, out, err } = await lossgrad(["diff", ...paths]);
    expect([code, err]).toEqual([1, ""]);
    const rows = out.split("\n").filter((line) => /z\.first|a\.second|last /.test(line));
    expect(rows.slice(0, 3)).toEqual([
      expect.stringMatching(/^│ +│ z\.first .*identical/),
      expect.stringMatching(/^│ first → │ a\.second .*scaled/),
      expect.stringMatching(/^│ × +│ last /),
    ]);
    expect(out).toContain("3 layers, 2 differ");
    expect(out).toContain("The first that departs is a.second:");
    const found = await diffJson(...paths);
    expect(found).toMatchObject({
      equal: false,
      first: "a.second",
      unpaired: { reference: [], candidate: [] },
    });
    expect((found.layers as { layer: string }[]).map(({ layer }) => layer)).toEqual([
      "z.first",
      "a.second",
      "last",
    ]);
    expect((await lossgrad(["diff", paths[0], paths[0]])).code).toBe(0);
    const one = ["diff", ...paths, "--tensor", "z.first"];
    expect((await lossgrad(one)).code).toBe(0);
  });

  test("of two folders, matched by names without their endings, in the order of the numbers in them", async () => {
    for (const side of ["p", "q"]) mkdirSync(`${folder()}/${side}`, { recursive: true });
    for (const i of [1, 2, 10]) npy(`p/layer${i}.npy`, picture([2, 4, 4], i));
    for (const i of [1, 2]) npy(`q/layer${i}.npy`, picture([2, 4, 4], i));
    file("q/layer10.csv", "x\n1\n");
    npy("q/extra.npy", image);
    file("q/notes.txt", "no array");
    const paths = [`${folder()}/p`, `${folder()}/q`];
    const found = await diffJson(...paths);
    expect(found).toMatchObject({
      equal: false,
      first: "layer10",
      unpaired: { reference: [], candidate: ["extra"] },
    });
    expect((found.layers as object[]).length).toBe(3);
    expect((await lossgrad(["diff", ...paths])).out).toContain('only in the candidate: "extra"');
    expect((await lossgrad(["diff", paths[0], paths[0]])).code).toBe(0);
  });
});

describe("arrays of an npz", () => {
  const npz = fileURLToPath(new URL("../../test/fixtures/npz/two.npz", import.meta.url));
  const column = (...numbers: number[]): Shaped => ({
    data: Float32Array.from(numbers),
    shape: [numbers.length],
  });
  const tensors = (p: number): string =>
    safetensors("two.safetensors", { t: column(0, 1, 2), p: column(p, 2, 3) });

  test("are matched by name with those of another, and of a safetensors file", async () => {
    const found = await diffJson(npz, npz);
    expect(found).toMatchObject({ equal: true, layers: [{ layer: "p" }, { layer: "t" }] });
    expect(await diffJson(npz, tensors(1))).toMatchObject({ equal: true });
    const other = await diffJson(npz, tensors(9));
    expect(other).toMatchObject({ equal: false, first: "p", unpaired: { reference: [], candidate: [] } });
  });

  test("are matched by file and name in folders", async () => {
    for (const side of ["r", "c"]) {
      mkdirSync(`${folder()}/${side}`, { recursive: true });
      file(`${side}/step.npz`, readFileSync(npz));
    }
    const found = await diffJson(`${folder()}/r`, `${folder()}/c`);
    expect(found).toMatchObject({ equal: true, layers: [{ layer: "step/p" }, { layer: "step/t" }] });
  });

  test("are chosen by --array, which then is compared with one", async () => {
    const one = npy("one.npy", { data: Float32Array.of(1, 2, 3), shape: [3] });
    expect((await lossgrad(["diff", npz, one, "--array", "p"])).code).toBe(0);
    const { code, err } = await lossgrad(["diff", npz, one]);
    expect(code).toBe(1);
    expect(err).toContain("--tensor chooses one of a safetensors file, and --array one of an npz");
  });
});

describe("what is refused", () => {
  const x = (): string => file("x.npy", npyOf(Float32Array.of(1, 2)));
  test.each<[string, () => string[], number, string]>([
    ["half a tolerance", () => [x(), x(), "--rtol", "1"], 2, "expected both --rtol and --atol, or neither, got no --atol"],
    ["two kinds of tolerance", () => [x(), x(), "--rtol", "1", "--atol", "1", "--ulp", "1"], 2, "expected either --ulp or --rtol and --atol"],
    ["a negative tolerance", () => [x(), x(), "--ulp", "-1"], 2, "Expected a number from 0 on."],
    ["standard input twice", () => ["-", "-"], 2, "expected - once"],
    ["one file only", () => [x()], 2, "missing required argument 'candidate'"],
    ["an axis that there is not", () => [x(), x(), "--axis", "1"], 1, "Dimension out of range"],
    ["a file that there is not", () => [x(), `${folder()}/nothing.npy`], 1, "no such file"],
    ["a file with a folder", () => [x(), folder()], 1, "expected two files of one array each, or two of several"],
    ["a truncated file", () => [x(), file("cut.npy", npyOf(Float32Array.of(1, 2)).subarray(0, -1))], 1, "cut.npy"],
    ["more than memory may hold", () => [x(), file("huge.npy", npyOf(Float32Array.of(1), [2 ** 40]))], 1, "huge.npy"],
  ])("%s", async (_, args, code, message) => {
    const ran = await lossgrad(["diff", ...args()]);
    expect([ran.code, ran.out]).toEqual([code, ""]);
    expect(ran.err).toContain(message);
  }); // prettier-ignore
});
