// A table of values as a tree grid: collections open and close, long lists come in pages. table-keys.ts has its keys.
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { escapeHidden, type Json, prettyJson } from "../src/results/exact-json.js";
import type { Entry, Mark } from "../src/results/diff.js";
import type { LongText } from "../src/runs/protocol.js";
import { PAGE, type Row, rowsOf } from "../src/results/rows.js";
import { counted, orderOf, sizeOf, textOf, typeOf } from "../src/results/values.js";
import { icon } from "./icon.js";
import { type Actions, type State, tableState } from "./runs-view-state.js";
import { keepFocus, onKey, rowOf } from "./table-keys.js";

export interface Columns {
  /** The heading of the first column, such as "Bin". */
  readonly name: string;
  /** One value, or one before and one after. */
  readonly sides: readonly (readonly ["before" | "after", string])[];
}

interface Table {
  readonly key: string;
  readonly columns: Columns;
  /** The key of the row that Tab goes to. */
  readonly current: string | undefined;
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
  const rows = rowsOf(entries, tableState(state, key));
  const keys = rows.map(keyOf);
  const { current: last } = tableState(state, key);
  const current = last !== undefined && keys.includes(last) ? last : keys[0];
  const table = { key, columns, current, state, actions };
  const focused = (event: FocusEvent) => {
    const now = keys[Number(rowOf(event)?.dataset["index"])];
    if (now === undefined || now === last) return;
    actions.change((changed) => (tableState(changed, key).current = now));
  };
  return html`
    <table
      role="treegrid"
      aria-label=${label}
      class=${columns.sides.length === 2 ? "values two" : "values one"}
      @keydown=${onKey}
      @click=${keepFocus}
      @focusin=${focused}
    >
      <thead>
        <tr role="row">
          <th role="columnheader" scope="col" class="key">${columns.name}</th>
          <th role="columnheader" scope="col" class="of-type">Type</th>
          ${columns.sides.map(([, title]) => html`<th role="columnheader" scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${repeat(rows, keyOf, (row, index) =>
          row.kind === "value" ? valueRow(row, index, table) : otherRow(row, index, table),
        )}
      </tbody>
    </table>
  `;
}

function keyOf({ kind, path }: Row): string {
  return `${kind}${path}`;
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
      tableState(state, table.key).open.set(path, open !== true);
    });
  };
  return html`
    <tr
      role="row"
      class="value ${entry.mark}"
      aria-level=${depth + 1}
      aria-expanded=${open === undefined ? nothing : String(open)}
      tabindex=${keyOf(row) === table.current ? "0" : "-1"}
      data-depth=${depth}
      data-index=${index}
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
  const long = tableState(state, key).open.get(cell) === true;
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
                if (long) actions.send({ type: "openText", long: longText(value) });
                else {
                  actions.change((changed) => {
                    tableState(changed, key).open.set(cell, true);
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

/** The whole value: a string as it is, others as JSON. */
export function longText(value: Json): LongText {
  return typeof value === "string"
    ? { kind: "text", text: escapeHidden(value) }
    : { kind: "json", text: prettyJson(value) };
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
      tabindex=${keyOf(row) === table.current ? "0" : "-1"}
      data-depth=${row.depth}
      data-index=${index}
    >
      <td role="gridcell" colspan=${2 + table.columns.sides.length}>
        <span class="indent d${Math.min(row.depth, 8)}"></span>
        <button
          class="link"
          tabindex="-1"
          @click=${() => {
            table.actions.change((state) => {
              const { open, shown } = tableState(state, table.key);
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
