import type { Command } from "commander";
import { Metrics } from "lossgrad/metrics";
import { askedFor, metricsOf } from "../evaluation/metrics.js";
import { type Shard, WHOLE } from "../evaluation/shard.js";
import type { Request } from "../evaluation/tally.js";
import { UsageError } from "../input-error.js";
import type { Terminal } from "../program.js";
import { tableName } from "../sql/names.js";
import { queryOf, type RoleNames } from "../sql/query.js";
import { collect } from "./csv-options.js";
import { count, LOSS_HELP, METRIC_HELP, nanOption, shardOf } from "./evaluate-options.js";

interface SqlOptions {
  prediction: string;
  target: string;
  table?: string;
  from?: string;
  metric?: string[];
  loss?: string[];
  nan: Request["nan"];
  weightColumn?: string;
  maskColumn?: string;
  by?: string;
  place?: string;
  worst?: number;
  shard?: Shard;
}

const EXAMPLES = `
Examples:
  lossgrad sql --table forecasts --prediction forecast --target measured > query.sql
  clickhouse-client < query.sql > state.jsonl
  lossgrad merge state.jsonl`;

/** `lossgrad sql`: a query for ClickHouse in the place of an evaluation. */
export function addSql(program: Command, terminal: Terminal): void {
  program
    .command("sql")
    .summary("print a query that evaluates columns in ClickHouse")
    .description(
      "Prints a query that evaluates two columns where they lie, in ClickHouse. lossgrad merge makes the result of what it " +
        "prints, with the same bits as lossgrad evaluate of the same data.",
    )
    .requiredOption("--prediction <column>", "the column of the predictions")
    .requiredOption("--target <column>", "and that of the targets")
    .option("--table <name>", "the table, as name or database.name")
    .option("--from <sql>", "what stands behind FROM instead, such as \"file('data.parquet')\"")
    .option("--metric <names>", METRIC_HELP, collect)
    .option("--loss <names>", LOSS_HELP, collect)
    .addOption(nanOption("rows"))
    .option("--weight-column <name>", "the column that says how much each row counts")
    .option("--mask-column <name>", "a column of 0 and 1: rows where it is 0 are left out")
    .option("--by <column>", "also the metrics of each of its groups")
    .option("--place <column>", "the column that numbers the rows from 0: the largest errors are told then")
    .option("--worst <count>", "with --place: how many of the rows with the largest errors are told", count)
    .option("--shard <i/n>", "the query is that of one of n parts, such as servers; counted from 0", shardOf)
    .addHelpText("after", EXAMPLES)
    .action((options: SqlOptions) => {
      terminal.log(queryFor(options).trimEnd());
    });
}

function queryFor(options: SqlOptions): string {
  const { loss = [], metric = [], weightColumn: weight, nan, by, place, worst, shard = WHOLE } = options;
  const asked = askedFor(loss, metric, weight !== undefined);
  if (asked.rows)
    throw new UsageError(
      `--loss ${asked.losses[0]}: expected a loss of two columns, got one of rows of classes`,
    );
  if (worst !== undefined && place === undefined)
    throw new UsageError("--worst: expected --place beside it, the column that numbers the rows");
  const { prediction, target, maskColumn: mask } = options;
  const given = { prediction, target, weight, mask, by, place };
  const names = Object.fromEntries(
    Object.entries(given).filter(([, name]) => name !== undefined),
  ) as unknown as RoleNames;
  const told = place === undefined ? 0 : (worst ?? 10);
  const request: Request = { asked, nan, worst: told, by: by ?? null, drawn: false };
  if (weight !== undefined) checkWeighted(request);
  return queryOf(request, { names, from: fromOf(options), shard });
}

function fromOf({ table, from }: SqlOptions): string {
  if ((table === undefined) === (from === undefined))
    throw new UsageError("expected --table, or --from for what is no table, and not both");
  return from ?? tableName(table!);
}

/** Throws for a loss that takes no weights. */
function checkWeighted({ asked }: Request): void {
  const one = Float64Array.of(1);
  try {
    new Metrics(metricsOf(asked, {})).update(one, one, { weight: one });
  } catch (error) {
    throw new UsageError((error as Error).message.replace("Metrics.update", "--weight-column"));
  }
}
