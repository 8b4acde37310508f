// The keys of a tree grid, as the ARIA Authoring Practices describe them: up and down move between rows; right and left open
// and close a row, and move between the buttons in its cells.

/** The row of an event. */
export function rowOf({ target }: Event): HTMLElement | null {
  return (target as HTMLElement).closest<HTMLElement>("tbody tr");
}

function rowsOf(table: EventTarget | null): HTMLElement[] {
  return [...(table as HTMLElement).querySelectorAll<HTMLElement>("tbody tr")];
}

export function onKey(event: KeyboardEvent): void {
  const row = rowOf(event);
  if (row === null) return;
  const rows = rowsOf(event.currentTarget);
  const at = rows.indexOf(row);
  const depth = Number(row.dataset["depth"]);
  const expanded = row.getAttribute("aria-expanded");
  const above = () => rows.slice(0, at).findLast((each) => Number(each.dataset["depth"]) < depth);
  const buttons = [...row.querySelectorAll<HTMLElement>("button:not(.twistie)")];
  const button = buttons.indexOf(event.target as HTMLElement); // -1: the row itself has the focus
  const right = () => (expanded === null ? buttons[button + 1] : pressed(row, expanded === "false"));
  const left = () => (expanded === "true" ? pressed(row, true) : above());
  const target = {
    ArrowDown: () => rows[at + 1],
    ArrowUp: () => rows[at - 1],
    Home: () => rows[0],
    End: () => rows.at(-1),
    ArrowRight: () => (expanded === "true" ? rows[at + 1] : right()),
    ArrowLeft: () => (button === -1 ? left() : (buttons[button - 1] ?? row)),
    Enter: () => pressed(row, event.target === row),
  }[event.key];
  if (target === undefined) return;
  if (event.key === "Enter" && event.target !== row) return; // a button of the row
  event.preventDefault();
  target()?.focus();
}

/** Presses the row's first button if `does`. Returns no other element. */
function pressed(row: HTMLElement, does: boolean): HTMLElement | undefined {
  if (does) row.querySelector("button")?.click();
  return undefined;
}

/** After a click that removed its button: focuses the row, or the one that is now in its place. */
export function keepFocus(event: Event): void {
  const path = event.composedPath();
  const button = path.find((each) => each instanceof HTMLButtonElement);
  const row = path.find((each) => each instanceof HTMLTableRowElement);
  if (button === undefined || button.isConnected || row === undefined) return;
  const rows = rowsOf(event.currentTarget);
  (row.isConnected ? row : (rows[Number(row.dataset["index"])] ?? rows.at(-1)))?.focus();
}
