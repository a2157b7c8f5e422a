/**
 * What docs/REPRODUCIBILITY.md records: the hash of everything, and the first digits of each
 * group's.
 */
interface Hashes {
  readonly all: string;
  readonly groups: Readonly<Record<string, string>>;
}

const DIGITS = 16;
const ALL = /^SHA-256 of everything: `([0-9a-f]{64})`$/m;
const ROW = /^\| ([\w ]+?) +\| `([0-9a-f]{16})` +\|$/gm;
const TABLE = /(<!-- groups -->\n)[^]*(\n<!-- end -->)/;

export function readRecord(text: string): Hashes {
  const all = ALL.exec(text)?.[1];
  if (all === undefined) throw new Error("expected a line with the SHA-256 of everything, got none");
  return {
    all,
    groups: Object.fromEntries(Array.from(text.matchAll(ROW), ([, name, digits]) => [name, digits])),
  };
}

/** `text` with other hashes. */
export function writeRecord(text: string, { all, groups }: Hashes): string {
  const names = Object.keys(groups);
  const width = Math.max(...names.map(({ length }) => length));
  const row = (name: string, digits: string): string =>
    `| ${name.padEnd(width)} | ${digits.padEnd(DIGITS + 2)} |`;
  const rows = names.map((name) => row(name, `\`${groups[name].slice(0, DIGITS)}\``));
  const table = [row("group", "first digits"), row(":---", ":---"), ...rows].join("\n");
  return text
    .replace(ALL, () => `SHA-256 of everything: \`${all}\``)
    .replace(TABLE, (_, begin: string, end: string) => begin + table + end);
}
