/** The picker of the losses of the table: a folded list for each group, and the settings of what is drawn. */
import type { Store } from "../../shell/store.js";
import { checks } from "../../ui/choice.js";
import { button, element, setText } from "../../ui/dom.js";
import { formatNumber } from "../../ui/format.js";
import { slider } from "../../ui/slider.js";
import type { Setting } from "./settings.js";
import type { CurvesState } from "./state.js";
import { type Group, GROUPS, TABLE, type TableRow } from "./table.js";

interface Shows {
  readonly root: HTMLElement;
  show(values: Readonly<CurvesState>): void;
}

/** The targets that losses of labels have. */
const LABELS = [-1, 0, 1];

export function createMore(store: Store<CurvesState>): Shows {
  const groups = (Object.keys(GROUPS) as Group[]).map((group) => groupOf(store, group));
  const settings = TABLE.map((row) => ({ row, shows: settingsOf(store, row) }));
  const labels = LABELS.map((target) =>
    button(`target ${target}`.replace("-", "−"), () => store.set({ target }), "quiet"),
  );
  const targets = element(
    "div",
    { class: "row", role: "group", "aria-label": "Targets of losses of labels" },
    ...labels,
  );
  const root = element(
    "div",
    { class: "more" },
    ...groups.map((group) => group.root),
    targets,
    ...settings.map(({ shows }) => shows.root),
  );
  return {
    root,
    show(values) {
      for (const group of groups) group.show(values);
      targets.hidden = values.more.length === 0;
      for (const { row, shows } of settings) {
        shows.root.hidden = !values.more.includes(row.id);
        if (!shows.root.hidden) shows.show(values);
      }
    },
  };
}

function groupOf(store: Store<CurvesState>, group: Group): Shows {
  const rows = TABLE.filter((row) => row.group === group);
  const list = checks(
    "drawn",
    rows.map(({ id, name, color }) => ({ value: id, label: name, color })),
    (ticked) => {
      const others = store.values.more.filter((id) => !rows.some((row) => row.id === id));
      const more = TABLE.map(({ id }) => id).filter((id) => others.includes(id) || ticked.includes(id));
      const { show, formula } = store.values;
      if (show.length > 0 || more.length > 0 || formula !== "") store.set({ more });
      else list.set(store.values.more);
    },
  );
  const count = element("span", { class: "count" });
  const root = element("details", {}, element("summary", {}, GROUPS[group], count), list.root);
  return {
    root,
    show({ more }) {
      const drawn = rows.filter(({ id }) => more.includes(id)).length;
      // What a link shows is not to be looked for.
      if (drawn > 0 && count.textContent === "") root.open = true;
      setText(count, drawn > 0 ? `${drawn} of ${rows.length}` : "");
      list.set(more);
    },
  };
}

function settingsOf(store: Store<CurvesState>, row: TableRow): Shows {
  const problem = element("p", { class: "problem" });
  const controls = row.settings.map((setting) => controlOf(store, setting));
  const root = element(
    "fieldset",
    { class: "settings" },
    element("legend", {}, element("span", { class: "mark", style: `--mark: var(${row.color})` }), row.name),
    element("p", { class: "hint" }, row.formula),
    ...controls.map((control) => control.root),
    problem,
  );
  return {
    root,
    show(values) {
      for (const control of controls) control.show(values);
      setText(problem, row.problemAt(values.target));
    },
  };
}

function controlOf(store: Store<CurvesState>, { key, word, flag, scale, min, max }: Setting): Shows {
  const set = (value: number): void => store.set({ with: { ...store.values.with, [key]: value } });
  if (flag) {
    const box = element("input", { type: "checkbox" });
    box.addEventListener("change", () => set(Number(box.checked)));
    return {
      root: element("label", { class: "check" }, box, element("span", {}, word)),
      show: (values) => void (box.checked = values.with[key] !== 0),
    };
  }
  const step = scale === "log" ? 0.125 : (max - min) / 128;
  const format = (value: number): string => formatNumber(value, 3);
  const range = slider({ label: word, min, max, step, scale, format, onInput: set });
  return { root: range.root, show: (values) => range.set(values.with[key]) };
}
