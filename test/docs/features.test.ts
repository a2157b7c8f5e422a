/** FEATURES.md against PyTorch's names (fixtures/names.py) and against what the package exports. */
import { readFileSync } from "node:fs";
import { autograd, F, nn, onWarning, tensor, zeros } from "lossgrad";
import type { Tensor } from "lossgrad";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DTYPES } from "../../src/ndarray/dtype.js";
import { fixture } from "../support/fixture.js";
import { entries } from "../support/public-interface.js";

type Status = "supported" | "differs" | "absent";
interface Feature {
  /** PyTorch's name. */
  readonly name: string;
  readonly status: Status;
  /** Ours, where it differs. */
  readonly ours: string | null;
}

const { about, ...names } = fixture("names") as Record<string, string[]>;
const text = readFileSync("FEATURES.md", "utf8");

/** What stands under a heading of the second level. */
const sections = new Map(
  text
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")), section.slice(section.indexOf("\n"))]),
);

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]);

/**
 * The features of a section: paragraphs of names, and tables of PyTorch's name, ours, and how they
 * differ.
 */
function featuresOf(section: string): Feature[] {
  const paragraphs = [...section.matchAll(/^(Supported|Absent)[^:`]*:([\s\S]*?)\.$/gm)].flatMap(
    ([, word, list]) =>
      quoted(list).map((name) => ({ name, status: word.toLowerCase() as Status, ours: null })),
  );
  const rows = [...section.matchAll(/^\| (`.*?) \| `(.*?)` \| (.+) \|$/gm)].flatMap(([, cell, ours]) =>
    quoted(cell).map((name) => ({ name, status: "differs" as const, ours })),
  );
  return [...paragraphs, ...rows];
}

/** torch's name in our spelling. */
const inCamelCase = (name: string): string =>
  name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const MODULES = "The modules of losses";
/** Where the names of a section are to be found among the exports. */
const OWNERS: Record<string, readonly string[]> = {
  [MODULES]: [
    ...Object.keys(nn).flatMap((name) => (/Loss(2d)?$/.test(name) ? [`nn.${name}.`] : [])),
    "nn.Module.",
  ],
  "Modules besides losses": ["nn."],
  "torch.nn": ["nn."],
  "torch.nn.functional": ["F."],
  "torch.Tensor": ["Tensor."],
  "Special methods of torch.Tensor": ["Tensor."],
  torch: [""],
  "torch.autograd": ["autograd."],
  "torch.optim": ["optim.", ""],
};
const exported = new Set(entries.map(({ name }) => name));

/** The exports that a name of a section stands for: several losses may have it. */
function exportsOf(section: string, name: string): string[] {
  return OWNERS[section].map((owner) => owner + name).filter((path) => exported.has(path));
}

/** One of them, or undefined. */
function exportOf(section: string, name: string): string | undefined {
  return exportsOf(section, name).at(0);
}

/** What is exported under a name that differs, which may have another owner. */
function differing(section: string, ours: string): string | undefined {
  return exportOf(section, ours) ?? (exported.has(ours) ? ours : undefined);
}

beforeAll(() => void onWarning(() => undefined));
afterAll(() => void onWarning(null));

describe.each(Object.entries(names))("FEATURES.md on %s", (section, known) => {
  const features = featuresOf(sections.get(section) ?? "");

  it("says something of each of PyTorch's names once, and of no others", () => {
    expect(about).toHaveProperty("torch");
    expect(features.map(({ name }) => name).sort()).toEqual([...known].sort());
  });

  if (section in OWNERS) {
    it("calls supported what exists under the same name", () => {
      const supported = features.filter(({ status }) => status === "supported");
      expect(supported.filter(({ name }) => !exportOf(section, inCamelCase(name)))).toEqual([]);
    });

    it("names what exists where something differs", () => {
      const other = features.filter(({ status }) => status === "differs");
      expect(other.filter(({ ours }) => !differing(section, ours!))).toEqual([]);
    });

    it("calls absent what does not exist", () => {
      const absent = features.filter(({ status }) => status === "absent");
      expect(absent.filter(({ name }) => exportOf(section, inCamelCase(name)))).toEqual([]);
    });
  }
});

describe("FEATURES.md on torch.dtype", () => {
  it("names each dtype", () => {
    const features = featuresOf(sections.get("torch.dtype")!);
    const ofStatus = (wanted: Status): Feature[] => features.filter(({ status }) => status === wanted);
    expect(ofStatus("supported").map(({ name }) => name)).toEqual([...DTYPES].sort());
    expect(ofStatus("differs").filter(({ ours }) => !DTYPES.includes(ours as never))).toEqual([]);
    expect(ofStatus("absent").filter(({ name }) => DTYPES.includes(name as never))).toEqual([]);
  });
});

describe("FEATURES.md on arguments", () => {
  const x = (): Tensor => zeros([1], { requiresGrad: true });
  const VALUES: Record<string, unknown> = {
    sizeAverage: true,
    reduce: true,
    reduction: "sum",
    weight: zeros([1]),
    ignoreIndex: -1,
    labelSmoothing: 0.5,
    posWeight: zeros([1]),
    blank: 0,
    zeroInfinity: true,
    logTarget: true,
    logInput: false,
    full: true,
    beta: 1,
    delta: 1,
    retainGraph: true,
    createGraph: true,
    gradOutputs: zeros([1]),
    allowUnused: true,
    materializeGrads: true,
    dtype: "float64",
    requiresGrad: true,
    precision: 1,
    threshold: 1,
    edgeItems: 1,
    lineWidth: 40,
    sciMode: true,
    swap: true,
    distanceFunction: F.pairwiseDistance,
    linearBias: zeros([1]),
    outFeatures: [],
    options: new nn.LinearCrossEntropyOptions(),
  };
  /** A call that takes an option, by torch's name of the function. */
  const call = (name: string, options: object): unknown => {
    if (name === "Tensor.backward") {
      x().backward(null, options);
      return;
    }
    if (name === "autograd.grad") {
      const leaf = x();
      return autograd.grad(leaf.mul(1), leaf, { gradOutputs: zeros([1]), ...options });
    }
    if (name === "tensor") return tensor([1], options);
    if (name === "set_printoptions") return x().toString(options);
    if (name === "LinearCrossEntropyLoss") return new nn.LinearCrossEntropyLoss(1, 1, options);
    if (name === "linear_cross_entropy") {
      return F.linearCrossEntropy(zeros([1, 1]), zeros([1, 1]), zeros([1], { dtype: "int64" }), options);
    }
    if (name in nn) return new nn[name as "L1Loss"](options);
    if (name === "ctc_loss") return F.ctcLoss(zeros([1, 1]), zeros([0]), [1], [0], options);
    const isOfClasses = /^nll_loss$|^multi(label)?_margin_loss$/.test(name);
    const scalar = (dtype: "int64" | "float32"): Tensor => zeros([], { dtype });
    const target = isOfClasses ? scalar("int64") : x();
    const third = /^gaussian|ranking|^triplet/.test(name) ? [x()] : [];
    if (name === "cosine_embedding_loss") third.push(scalar("float32"));
    return (F[inCamelCase(name) as "l1Loss"] as (...args: unknown[]) => unknown)(
      x(),
      target,
      ...third,
      options,
    );
  };
  /** Arguments that stand in their place. */
  const positional =
    /\((input[12]?|anchor|positive|negative|target|var|data|gradient|outputs|linear_weight|in_features|num_classes|log_probs|targets|(input|target)_lengths)\)|^autograd.grad\(inputs\)/;

  it.each(featuresOf(sections.get("Arguments")!).filter(({ name }) => !positional.test(name)))(
    "$name: $status",
    ({ name, status, ours }) => {
      const [, owner, argument] = /^(.*)\((.*)\)$/.exec(name)!;
      const option = ours ?? inCamelCase(argument);
      const attempt = (): unknown => call(owner, { [option]: VALUES[option] ?? 1 });
      if (status === "absent") expect(attempt).toThrow(`got an unexpected keyword argument '${option}'`);
      else expect(attempt).not.toThrow();
    },
  );
});

describe("FEATURES.md on what is besides PyTorch", () => {
  const besides = quoted(sections.get("Besides PyTorch")!);
  const types = entries.filter(({ kind }) => kind === "type").map(({ name }) => `${name}.`);
  /** The exports but for the members of types, which their types stand for. */
  const ours = entries.map(({ name }) => name).filter((name) => !types.some((type) => name.startsWith(type)));
  const covered = Object.keys(OWNERS).flatMap((section) =>
    featuresOf(sections.get(section)!)
      .filter(({ status }) => status !== "absent")
      .flatMap(({ name, ours: other }) => {
        const word = other ?? inCamelCase(name);
        return [differing(section, word), ...exportsOf(section, word)];
      }),
  );

  it("has every export that has no name of PyTorch's, and no others, once", () => {
    expect([...besides].sort()).toEqual(ours.filter((name) => !covered.includes(name)).sort());
  });
});
