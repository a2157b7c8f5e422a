// `npm run test:clickhouse`: queries of `lossgrad sql`, run by ClickHouse in the process of the test.
// It is half a gigabyte, and has packages of its own, so that `npm ci` stays light; and no lockfile,
// for which npm wants the packages of all systems, wherever it gets them from. Where it cannot
// be had, the tests are skipped, unless LOSSGRAD_REQUIRE_CLICKHOUSE says that they must not be.
import { fileURLToPath } from "node:url";
import { commandOf, installPackages, runScript, tryInstallPackages } from "./packages.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const install = process.env.LOSSGRAD_REQUIRE_CLICKHOUSE ? installPackages : tryInstallPackages;
install("cli/test/clickhouse", "ClickHouse (546 MB, once)");
runScript(commandOf("vitest", "vitest"), ["run", "--config", "vitest.clickhouse.config.ts"]);
