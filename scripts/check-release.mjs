// `node scripts/check-release.mjs v1.2.3`: whether what lies here may be published as that release. Says all that is wrong; exit status 1.
import { readFileSync } from "node:fs";

const [, , tag] = process.argv;
const { version, repository, publishConfig } = JSON.parse(readFileSync("package.json", "utf8"));
const changelog = readFileSync("CHANGELOG.md", "utf8");

const demands = [
  [tag === `v${version}`, `expected the tag v${version}, as package.json has it, got ${tag}`],
  [
    new RegExp(`^## \\[${version.replaceAll(".", "\\.")}\\] - \\d{4}-\\d\\d-\\d\\d$`, "m").test(changelog),
    `expected CHANGELOG.md to have a section "## [${version}] - " with its date`,
  ],
  [repository?.url, "expected package.json to have repository.url, which npm compares with the provenance"],
  [
    publishConfig?.access === "public" && publishConfig.provenance === true,
    "expected publishConfig in package.json to have access public and provenance true",
  ],
];
const faults = demands.filter(([met]) => !met).map(([, text]) => text);
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
