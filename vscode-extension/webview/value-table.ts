// A table of values as a tree grid: collections open and close, long lists come in pages. The arrow keys move between rows,
// right and left open and close them.
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { escapeHidden, type Json, prettyJson } from "../src/results/exact-json.js";
import type { Entry, Mark } from "../src/results/diff.js";
import { PAGE, type Row, rowsOf } from "../src/results/rows.js";
import { counted, orderOf, sizeOf, textOf, typeOf } from "../src/results/values.js";
import { icon } from "./icon.js";
import { type Actions, rowState, type State } from "./runs-view-state.js";

export interface Columns {
  /** The heading of the first column, such as "Bin". */
  readonly name: string;
  /** One value, or one before and one after. */
  readonly sides: readonly (readonly ["before" | "after", string])[];
}

interface Table {
  readonly key: string;
  readonly columns: Columns;
  readonly state: State;
  readonly actions: Actions;
}

const SHORT = 160;
const LONG = 20_000;

/** `key` identifies the table, so that what is open stays open when the function runs again. */
export function valueTable(
  label: string,
  entries: readonly Entry[],
  columns: Columns,
  key: string,
  state: State,
  actions: Actions,
): TemplateResult {
  const rows = rowsOf(entries, rowState(state, key));
  const table = { key, columns, state, actions };
  return html`
    <table
      role="treegrid"
      aria-label=${label}
      class=${columns.sides.length === 2 ? "values two" : "values one"}
      @keydown=${onKey}
    >
      <thead>
        <tr role="row">
          <th role="columnheader" scope="col" class="key">${columns.name}</th>
          <th role="columnheader" scope="col" class="of-type">Type</th>
          ${columns.sides.map(([, title]) => html`<th role="columnheader" scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${repeat(
          rows,
          (row) => `${row.kind}${row.path}`,
          (row, index) => (row.kind === "value" ? valueRow(row, index, table) : otherRow(row, index, table)),
        )}
      </tbody>
    </table>
  `;
}

const MARKS: Readonly<Record<Mark, { readonly letter: string; readonly word: string }>> = {
  same: { letter: "", word: "" },
  changed: { letter: "M", word: "changed" },
  added: { letter: "A", word: "added" },
  removed: { letter: "D", word: "removed" },
};

function valueRow(row: Extract<Row, { kind: "value" }>, index: number, table: Table): TemplateResult {
  const { entry, depth, open, path } = row;
  const { letter, word } = MARKS[entry.mark];
  const toggle = () => {
    table.actions.change((state) => {
      const rows = rowState(state, table.key);
      rows.open.set(path, open !== true);
    });
  };
  return html`
    <tr
      role="row"
      class="value ${entry.mark}"
      aria-level=${depth + 1}
      aria-expanded=${open === undefined ? nothing : String(open)}
      tabindex=${index === 0 ? "0" : "-1"}
      data-depth=${depth}
      @dblclick=${open === undefined ? nothing : toggle}
    >
      <th role="rowheader" scope="row" class="key">
        <span class="indent d${Math.min(depth, 8)}"></span>
        ${
          open === undefined
            ? html`<span class="no-twistie"></span>`
            : html`<button
                class="twistie"
                tabindex="-1"
                aria-label="${open ? "Close" : "Open"} ${entry.key}"
                @click=${toggle}
              >
                ${icon(open ? "chevron-down" : "chevron-right")}
              </button>`
        }
        <span class="name">${entry.key}</span>
        ${letter === "" ? nothing : html`<span class="mark" title=${word}>${letter}<span class="hidden"> ${word}</span></span>`}
      </th>
      <td role="gridcell" class="of-type">${typeText(entry)}</td>
      ${table.columns.sides.map(([side]) => valueCell(entry[side], side, row, table))}
    </tr>
  `;
}

function typeText({ before, after }: Entry): string {
  const [old, now] = [before, after].map((value) => (value === undefined ? "" : typeOf(value)));
  if (old !== "" && now !== "" && old !== now) return `${old} → ${now}`;
  const value = after ?? before ?? null;
  const order = orderOf(value);
  return `${typeOf(value)}${order === "" ? "" : `, ${order}`}`;
}

function valueCell(
  value: Json | undefined,
  side: string,
  { path, open, entry }: Extract<Row, { kind: "value" }>,
  { key, state, actions }: Table,
): TemplateResult {
  const differs = entry.mark === "same" ? "" : side;
  if (value === undefined) return html`<td role="gridcell" class="none ${differs}"></td>`;
  const size = sizeOf(value);
  if (open === true) return html`<td role="gridcell" class="size">${size}</td>`;
  const cell = `${path}\n${side}`;
  const long = rowState(state, key).open.get(cell) === true;
  const { text, whole } = textOf(value, long ? LONG : SHORT);
  const more = open === undefined && !whole;
  return html`
    <td role="gridcell" class="text ${differs}">
      <span class="of-${typeOf(value)}">${text}</span>
      ${size === "" ? nothing : html`<span class="size">${size}</span>`}
      ${
        more
          ? html`<button
              class="link"
              tabindex="-1"
              @click=${() => {
                if (long) actions.send({ type: "openText", text: wholeText(value) });
                else {
                  actions.change((changed) => {
                    rowState(changed, key).open.set(cell, true);
                  });
                }
              }}
            >
              ${long ? "Open in an editor" : "Show more"}
            </button>`
          : nothing
      }
    </td>
  `;
}

function wholeText(value: Json): string {
  return typeof value === "string" ? escapeHidden(value) : prettyJson(value);
}

/** Unchanged values that are folded, or the rest of a long collection. */
function otherRow(row: Exclude<Row, { kind: "value" }>, index: number, table: Table): TemplateResult {
  const text =
    row.kind === "fold"
      ? counted(row.count, "unchanged value")
      : `Show ${counted(Math.min(PAGE, row.count), "more value")} of ${row.count.toLocaleString("en-US")}`;
  return html`
    <tr
      role="row"
      class="other"
      aria-level=${row.depth + 1}
      tabindex=${index === 0 ? "0" : "-1"}
      data-depth=${row.depth}
    >
      <td role="gridcell" colspan=${2 + table.columns.sides.length}>
        <span class="indent d${Math.min(row.depth, 8)}"></span>
        <button
          class="link"
          tabindex="-1"
          @click=${() => {
            table.actions.change((state) => {
              const { open, shown } = rowState(state, table.key);
              if (row.kind === "fold") open.set(row.path, true);
              else shown.set(row.path, (shown.get(row.path) ?? PAGE) + PAGE);
            });
          }}
        >
          ${icon(row.kind === "fold" ? "unfold" : "ellipsis")}${text}
        </button>
      </td>
    </tr>
  `;
}

/** The keys of a tree grid, as the ARIA Authoring Practices describe them. */
function onKey(event: KeyboardEvent): void {
  const table = event.currentTarget as HTMLElement;
  const row = (event.target as HTMLElement).closest<HTMLElement>("tbody tr");
  if (row === null) return;
  const rows = [...table.querySelectorAll<HTMLElement>("tbody tr")];
  const at = rows.indexOf(row);
  const depth = Number(row.dataset["depth"]);
  const expanded = row.getAttribute("aria-expanded");
  const above = () => rows.slice(0, at).findLast((each) => Number(each.dataset["depth"]) < depth);
  const target = {
    ArrowDown: () => rows[at + 1],
    ArrowUp: () => rows[at - 1],
    Home: () => rows[0],
    End: () => rows.at(-1),
    ArrowRight: () => (expanded === "true" ? rows[at + 1] : pressed(row, expanded === "false")),
    ArrowLeft: () => (expanded === "true" ? pressed(row, true) : above()),
    Enter: () => pressed(row, event.target === row),
  }[event.key];
  if (target === undefined) return;
  if (event.key === "Enter" && event.target !== row) return; // a button of the row
  event.preventDefault();
  const next = target();
  if (next === undefined) return;
  for (const each of rows) each.tabIndex = each === next ? 0 : -1;
  next.focus();
}

/** Presses the row's first button if `does`. Returns no other row. */
function pressed(row: HTMLElement, does: boolean): HTMLElement | undefined {
  if (does) row.querySelector("button")?.click();
  return undefined;
}
