/** A report as one HTML file that needs nothing else: no network, no scripts. */
import type { Figure } from "./plots/plots.js";

/** A table: a head, and rows of as many cells. */
export interface HtmlTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface HtmlReport {
  readonly title: string;
  /** What a reader must know first, a sentence each. */
  readonly lines: readonly string[];
  readonly tables: readonly HtmlTable[];
  readonly figures: readonly Figure[];
}

const STYLE = `
:root { color-scheme: light dark; --text: #222; --muted: #666; --back: #fff; --line: #ddd; --data: #0072b2;
  --first: #d55e00; --second: #007a5a; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e4e4; --muted: #a0a0a0; --back: #16181c; --line: #3a3d44;
  --data: #56b4e9; --first: #ff9d5c; --second: #4fd0a5; } }
@media print { :root { --text: #000; --muted: #444; --back: #fff; --line: #bbb; --data: #0072b2; --first: #d55e00;
  --second: #007a5a; } figure, table { break-inside: avoid; } }
body { margin: 2rem auto; max-width: 68rem; padding: 0 1rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Verdana, sans-serif; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 0 0 .25rem; }
p { margin: .2rem 0; overflow-wrap: anywhere; } figcaption { color: var(--muted); font-size: .9rem; max-width: 30rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 2rem; margin-top: 2rem; }
figure { margin: 0; } svg { width: 100%; height: auto; }
.tables { display: flex; flex-wrap: wrap; gap: 2.5rem; margin-top: 1.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .8rem .15rem 0; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
@media (max-width: 32rem) { .grid { grid-template-columns: 1fr; } }
`;

export function htmlReport({ title, lines, tables, figures }: HtmlReport): string {
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<style>${STYLE}</style></head><body>`,
    `<h1>${escaped(title)}</h1>`,
    ...lines.map((line) => `<p>${escaped(line)}</p>`),
    `<div class="tables">${tables.map(tableOf).join("\n")}</div>`,
    `<div class="grid">${figures.map(figureOf).join("\n")}</div>`,
    "</body></html>",
    "",
  ].join("\n");
}

function tableOf({ title, head, rows }: HtmlTable): string {
  const row = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((cells) => row(cells, "td")).join("");
  return `<section><h2>${escaped(title)}</h2><table><thead>${row(head, "th")}</thead><tbody>${body}</tbody></table></section>`;
}

function figureOf({ title, caption, svg }: Figure): string {
  const labelled = svg.replace("<svg ", `<svg role="img" aria-label="${escaped(title)}" `);
  return `<figure><h2>${escaped(title)}</h2>${labelled}<figcaption>${escaped(caption)}</figcaption></figure>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
