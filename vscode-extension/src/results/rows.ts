// The rows of a table of values: those of the open collections, in pages. Independent of VS Code.
import { entriesOf, type Entry, type Fold, isCollection } from "./diff.js";

export const PAGE = 200;

/** What the user opened or closed, and how many values of a collection are shown, by the path of a row. */
export interface RowState {
  readonly open: ReadonlyMap<string, boolean>;
  readonly shown: ReadonlyMap<string, number>;
}

export type Row =
  | {
      readonly kind: "value";
      readonly path: string;
      readonly depth: number;
      readonly entry: Entry;
      /** Undefined: it can't be opened. */
      readonly open: boolean | undefined;
    }
  | { readonly kind: "fold"; readonly path: string; readonly depth: number; readonly count: number }
  /** The values of the collection `path` that are not shown yet. */
  | { readonly kind: "more"; readonly path: string; readonly depth: number; readonly count: number };

const DEEPEST_OPEN = 3;

export function rowsOf(entries: readonly Entry[], state: RowState): readonly Row[] {
  const rows: Row[] = [];
  add(rows, entries, "", 0, state);
  return rows;
}

function add(
  rows: Row[],
  entries: readonly (Entry | Fold)[],
  above: string,
  depth: number,
  state: RowState,
): void {
  const shown = state.shown.get(above) ?? PAGE;
  for (const each of entries.slice(0, shown)) {
    if ("folded" in each) addFold(rows, each, above, depth, state);
    else addValue(rows, each, above, depth, state);
  }
  if (entries.length > shown) {
    rows.push({ kind: "more", path: above, depth, count: entries.length - shown });
  }
}

function addValue(rows: Row[], entry: Entry, above: string, depth: number, state: RowState): void {
  const path = `${above}\n${entry.key}`;
  // Changes are in sight at first.
  const open = isCollection(entry)
    ? (state.open.get(path) ?? (entry.mark === "changed" && depth < DEEPEST_OPEN))
    : undefined;
  rows.push({ kind: "value", path, depth, entry, open });
  if (open === true) add(rows, entriesOf(entry), path, depth + 1, state);
}

function addFold(rows: Row[], { folded }: Fold, above: string, depth: number, state: RowState): void {
  const path = `${above}\n…${folded[0]?.key ?? ""}`;
  if (state.open.get(path) === true) add(rows, folded, path, depth, state);
  else rows.push({ kind: "fold", path, depth, count: folded.length });
}
