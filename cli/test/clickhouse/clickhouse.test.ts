/** `lossgrad sql` and `lossgrad merge` by ClickHouse itself: the bits of `lossgrad evaluate`. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../../test/support/random.js";
import { temporary } from "../../../test/support/temporary.js";
import { npyOf } from "../support/npy.js";
import { json, lossgrad } from "../support/program.js";
import { type Column, installed, needed, openSession, rowsIn } from "./engine.js";

const N = 20_011;
const PARTS = 7;
const SPECIALS = [
  0,
  -0,
  5e-324,
  -5e-324,
  2.2e-308,
  1e-40,
  3.4e38,
  -3.4e38,
  1.7e308,
  -1.7e308,
  Infinity,
  -Infinity,
];
const random = new Random(20);

/** Numbers of all sizes, and special ones. */
function numbers(n: number, special: readonly number[], rarely = 0.05): number[] {
  return Array.from({ length: n }, () => {
    if (random.next() < rarely) return random.pick(special);
    return (random.next() - 0.5) * 2 ** random.integer(-70, 70);
  });
}

/** The numbers from 0 up, in some order. */
function shuffled(n: number): number[] {
  const keys = Array.from({ length: n }, () => random.next());
  return [...keys.keys()].sort((a, b) => keys[a] - keys[b]);
}

/** All that a report says but where the data come from and how long it took. */
function lasting(report: Record<string, unknown>): unknown {
  const { elements, counts, results, worst, partial } = report;
  return { elements, counts, results, worst, partial };
}

const METRICS = "mae,mse,rmse,bias,max,r2,pearson,explained-variance,mape,smape";
const LOSSES =
  "l1,mse,smooth-l1=0.3,huber=2,mine=sqrt(abs(p - t) + 1e-6) * where(p > 0, 0.3, max(t, p) / 7) - p^3";

describe.skipIf(!installed && !needed)(
  "queries of lossgrad sql (skipped where `npm run test:clickhouse` has not installed ClickHouse)",
  () => {
    const { file, folder } = temporary("lossgrad-clickhouse-");
    let session: ReturnType<typeof openSession>;
    beforeAll(() => {
      session = openSession(`${folder()}/data`);
    });
    afterAll(() => {
      session.close();
    });

    let count = 0;
    /** Rows that come in some order. */
    function table(columns: Readonly<Record<string, Column>>): string {
      const order = shuffled(Object.values(columns)[0].values.length);
      return rowsIn(`${folder()}/rows${count++}.bin`, columns, order);
    }

    /** What ClickHouse prints for the query that these arguments ask for, as a file. */
    async function printed(...args: string[]): Promise<string> {
      const { code, out, err } = await lossgrad(["sql", ...args]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      return file(`state${count++}.jsonl`, session.query(out));
    }

    const columnsOf = (...names: [string, string]): string[] => [
      "--prediction",
      names[0],
      "--target",
      names[1],
    ];

    test("all metrics and losses, of a table in one query, and of its partitions in any order", async () => {
      const { evaluated, rows } = everySize();
      session.query(
        "CREATE TABLE numbers (row Int64, part UInt8, p Float32, t Float64, w Float64, m UInt8) " +
          "ENGINE = MergeTree PARTITION BY part ORDER BY tuple()",
      );
      session.query(`INSERT INTO numbers SELECT * FROM ${rows}`);
      const asked = ["--metric", `${METRICS},median,q0.9`, "--loss", LOSSES];
      const whole = lasting(await json("evaluate", ...evaluated.slice(0, 2), ...asked));
      const common = [...columnsOf("p", "t"), ...asked, "--place", "row"];
      expect(lasting(await json("merge", await printed("--table", "numbers", ...common)))).toEqual(whole);
      const parts: string[] = [];
      for (const i of shuffled(PARTS)) {
        const from = `(SELECT * FROM numbers WHERE part = ${i})`;
        parts.push(await printed("--from", from, ...common, "--shard", `${i}/${PARTS}`));
      }
      expect(lasting(await json("merge", ...parts))).toEqual(whole);
      // One file of all, as cat makes it.
      const together = file("all.jsonl", parts.map((path) => readFileSync(path, "utf8")).join(""));
      expect(lasting(await json("merge", together))).toEqual(whole);
      const { err } = await lossgrad(["merge", ...parts.slice(1)]);
      expect(err).toContain("expected the states of all 7 shards, missing");
    });

    test.each([
      ["propagated", []],
      ["left out, and the ten largest errors of the others told", ["--nan", "omit"]],
    ])("NaN and infinities among them: %s", async (_, nan) => {
      const { evaluated, rows } = everySize([...SPECIALS, NaN]);
      const [p, t, w, m] = evaluated;
      const asked = ["--metric", METRICS.replace("mse,", ""), "--loss", "mse,huber", ...nan];
      const whole = await json("evaluate", p, t, "--weight", w, "--mask", m, ...asked);
      const columns = ["--weight-column", "w", "--mask-column", "m", "--place", "row"];
      const state = await printed("--from", rows, ...columnsOf("p", "t"), ...asked, ...columns);
      expect(lasting(await json("merge", state))).toEqual(lasting(whole));
    });

    test("groups of texts and of numbers, missing ones among them", async () => {
      const n = 300;
      const [p, t] = [numbers(n, SPECIALS.slice(0, 4)), numbers(n, SPECIALS.slice(0, 4))];
      const texts = Array.from(p, () => random.pick(["a", "b`'\\", "c", "é", null]));
      const lines = texts.map((text, i) => `${text ?? ""},${literal(p[i])},${literal(t[i])}\n`);
      const csv = file("groups.csv", `g,p,t\n${lines.join("")}`);
      const rows = table({
        p: { type: "Float64", values: p },
        t: { type: "Float64", values: t },
        g: { type: "Nullable(String)", values: texts },
        n: { type: "Float32", values: texts.map((text) => (text === null ? NaN : text.length / 10)) },
      });
      const asked = ["--metric", "mae,r2,median,max", "--by"];
      const { groups, results } = await json(
        "merge",
        await printed("--from", rows, ...columnsOf("p", "t"), ...asked, "g"),
      );
      const whole = await json("evaluate", csv, ...columnsOf("p", "t"), ...asked, "g");
      expect(groups).toEqual(whole.groups);
      // Without --place, rows have no order.
      const { value } = (whole.results as { max: { value: number } }).max;
      expect(results).toEqual({ ...(whole.results as object), max: { value, index: null } });
      const byNumber = await json(
        "merge",
        await printed("--from", rows, ...columnsOf("p", "t"), ...asked, "n"),
      );
      const labels = (byNumber.groups as { group: string }[]).map(({ group }) => group).sort();
      expect(labels).toEqual([String(Math.fround(0.1)), String(Math.fround(0.4)), "NaN"].sort());
    });

    test.each([
      ["Int8", Int8Array],
      ["UInt8", Uint8Array],
      ["Int32", Int32Array],
      ["Int64", BigInt64Array],
    ] as const)("%s, also beyond 2^53", async (type, make) => {
      const values = Array.from({ length: 100 }, () =>
        BigInt.asIntN(64, (BigInt(Math.floor(random.next() * 2 ** 53)) << 12n) | 77n),
      );
      const array =
        make === BigInt64Array
          ? BigInt64Array.from(values)
          : (make as typeof Int8Array).from(values.map(Number));
      const other = Float32Array.from(numbers(100, [0]));
      const rows = table({
        p: { type, values: [...array] },
        t: { type: "Float32", values: [...other] },
      });
      const metric = ["--metric", "mae,bias,r2"];
      const files = [file("p.npy", npyOf(array)), file("t.npy", npyOf(other))];
      const whole = await json("evaluate", ...files, ...metric, "--worst", "0");
      const merged = await json("merge", await printed("--from", rows, ...columnsOf("p", "t"), ...metric));
      expect(lasting(merged)).toEqual(lasting(whole));
      const notes = (report: typeof whole): string[] =>
        (report.notes as string[]).map((note) => note.replace(/^.*: /, ""));
      expect(notes(merged)).toEqual(notes(whole));
    });

    test("NULL is a missing cell, and NaN is what it is", async () => {
      const rows = table({
        p: { type: "Nullable(Float32)", values: [1, null, NaN, 4] },
        t: { type: "Nullable(Int32)", values: [3, 1, 1, null] },
      });
      const common = ["--from", rows, ...columnsOf("p", "t"), "--metric", "mae"];
      expect(await json("merge", await printed(...common, "--nan", "omit"))).toMatchObject({
        counts: { count: 1, masked: 0, nan: 3 },
        results: { mae: 2 },
        notes: [
          "p: 1 cell is missing, and NaN in their place",
          "t: 1 cell is missing, and NaN in their place",
        ],
      });
      const refused = await lossgrad(["merge", await printed(...common)]);
      expect(refused.err).toContain(
        'column "p": expected numbers, got 1 row with NULL; --nan omit leaves out',
      );
      const noNulls = [
        "--from",
        `(SELECT * FROM ${rows} WHERE t IS NOT NULL AND p IS NOT NULL)`,
        ...common.slice(2),
      ];
      expect((await lossgrad(["merge", await printed(...noNulls, "--nan", "error")])).err).toContain(
        "expected no NaN, got 1 row with one",
      );
    });

    test.each([
      [
        "a mask of other numbers",
        "SELECT 1. AS p, 2. AS t, 2 AS m",
        ["--mask-column", "m"],
        "expected a mask of 0 and 1, got 1 row",
      ],
      ["texts", "SELECT '1' AS p, 2. AS t", [], "expected columns of floats, integers or Bool, got String"],
      ["decimals", "SELECT toDecimal64(1, 3) AS p, 2. AS t", [], "got Decimal(18, 3)"],
      [
        "rows without a number",
        "SELECT 1. AS p, 2. AS t, NULL::Nullable(Int8) AS r",
        ["--place", "r"],
        "expected rows numbered from 0",
      ],
    ])("%s are refused", async (_, rows, options, message) => {
      const state = await printed(
        "--from",
        `(${rows})`,
        ...columnsOf("p", "t"),
        ...options,
        "--metric",
        "mae",
      );
      const { code, err } = await lossgrad(["merge", state]);
      expect([code, err]).toEqual([1, expect.stringContaining(message) as string]);
    });

    test("no rows", async () => {
      const rows = "(SELECT 1. AS p, 2. AS t, 'a' AS g WHERE 0)";
      for (const by of [[], ["--by", "g"]]) {
        const merged = await json(
          "merge",
          await printed("--from", rows, ...columnsOf("p", "t"), "--metric", "mae,max", ...by),
        );
        expect(merged).toMatchObject({ elements: 0, results: { mae: "NaN", max: { value: "NaN" } } });
      }
    });

    test("columns of any name", async () => {
      const names = [
        "p",
        "x1",
        "prediction",
        "target_column",
        "source",
        "label",
        "a`b",
        "q'u\"o",
        "\\",
        "{x:UInt8}",
        "-- a",
        "a.b",
        "é\n",
        "\x1b[31m\u202e",
        "kept",
      ];
      const columns = Object.fromEntries(
        names.map((name, i) => [name, { type: "Float64", values: [2 ** i, 0] }]),
      );
      const rows = table(columns);
      session.query(`CREATE TABLE \`odd\`\`-- name\` ENGINE = Memory AS SELECT * FROM ${rows}`);
      for (const [i, name] of names.entries()) {
        const target = names[(i + 1) % names.length];
        const query = await printed(
          "--table",
          "odd`-- name",
          ...columnsOf(name, target),
          "--metric",
          "bias",
          "--by",
          name,
        );
        const { results, groups } = await json("merge", query);
        expect(results).toEqual({ bias: (2 ** i - 2 ** ((i + 1) % names.length)) / 2 });
        expect(groups).toHaveLength(2);
      }
    });

    test("formulas at random", async () => {
      for (let i = 0; i < 6; i++) {
        // Most without infinities, which make a sum NaN whatever the others are.
        const { evaluated, rows } = everySize(i === 0 ? [...SPECIALS, NaN] : SPECIALS.slice(0, 6), 500);
        const asked = Array.from({ length: 6 }, (_, j) => `f${j}=${formula(4)}`).flatMap((one) => [
          "--loss",
          one,
        ]);
        const whole = await json(
          "evaluate",
          ...evaluated.slice(0, 2),
          ...asked,
          "--worst",
          "0",
          "--nan",
          "omit",
        );
        const state = await printed("--from", rows, ...columnsOf("p", "t"), ...asked, "--nan", "omit");
        expect([asked, (await json("merge", state)).results]).toEqual([asked, whole.results]);
      }
    });

    /** Rows with numbers of all sizes, and files of the same. */
    function everySize(
      special: readonly number[] = SPECIALS.slice(0, 8),
      n = N,
    ): { evaluated: string[]; rows: string } {
      const p = Float32Array.from(numbers(n, special));
      const t = Float64Array.from(numbers(n, special));
      const w = Float64Array.from(numbers(n, [0, 1, 2]).map(Math.abs));
      const m = Uint8Array.from({ length: n }, () => random.integer(0, 1));
      const rows = table({
        row: { type: "Int64", values: Array.from(p, (_, i) => BigInt(i)) },
        part: { type: "UInt8", values: Array.from(p, () => random.integer(0, PARTS - 1)) },
        p: { type: "Float32", values: [...p] },
        t: { type: "Float64", values: [...t] },
        w: { type: "Float64", values: [...w] },
        m: { type: "UInt8", values: [...m] },
      });
      const evaluated = Object.entries({ p, t, w, m }).map(([name, data]) =>
        file(`${name}${count++}.npy`, npyOf(data)),
      );
      return { evaluated, rows };
    }
  },
);

/** A number as CSV has it. */
function literal(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A formula of what queries compute. */
function formula(depth: number): string {
  const part = (): string => formula(depth - 1);
  if (depth === 0)
    return random.pick(["p", "t", String(random.integer(-3, 3)), String(random.normal()), "1e30", "pi"]);
  return random.pick([
    () => `(${part()}) ${random.pick(["+", "-", "*", "/"])} (${part()})`,
    () => `${random.pick(["abs", "sqrt", "square", "sign"])}(p + ${part()})`,
    () => `${random.pick(["max", "min"])}(${part()}, t * ${part()})`,
    () => `(p - (${part()}))^${random.pick(["2", "3", "0.5", "1"])}`,
    () => `(p ${random.pick(["<", "<=", ">", ">=", "==", "!="])} ${part()} ? ${part()} : ${part()})`,
    () => `where(isnan(p * (${part()})), ${part()}, p)`,
  ])();
}
