// The webview of the view "UDF runs": gets runs from the extension, and renders them with Lit, which writes all values as
// text.
import { render } from "lit";
import "@vscode-elements/elements/dist/vscode-badge/index.js";
import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-progress-bar/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { FromWebview, ToWebview } from "../src/runs/protocol.js";
import {
  type Actions,
  functionKey,
  initialState,
  load,
  releaseOldAnswers,
  type Stored,
  storedOf,
} from "./runs-view-state.js";
import { page } from "./page.js";

const vscode = acquireVsCodeApi<Stored>();
const state = initialState(vscode.getState());
const asked = new Set<number>();
let focusFirstField = false;

const actions: Actions = {
  send: (message: FromWebview) => {
    vscode.postMessage(message);
  },
  change(update) {
    update(state);
    show();
  },
};

/** Requests the answers that are shown, and renders. */
function show(): void {
  releaseOldAnswers(state);
  for (const id of [state.selected, state.compared]) {
    if (id === undefined || state.loaded.has(id) || asked.has(id)) continue;
    if (!state.runs.some((run) => run.id === id)) continue;
    asked.add(id);
    actions.send({ type: "answer", id });
  }
  vscode.setState(storedOf(state));
  const root = document.getElementById("runs");
  if (root !== null) render(page(state, actions), root);
  if (focusFirstField) {
    const field = document.querySelector<HTMLInputElement>(".call input");
    if (field !== null && document.hasFocus()) field.focus();
    if (field !== null) focusFirstField = false;
  }
}

function receive(message: ToWebview): void {
  switch (message.type) {
    case "state": {
      const began = state.running === undefined && message.running !== undefined;
      state.runs = message.runs;
      state.running = message.running;
      state.samples = message.samples;
      for (const id of state.loaded.keys()) {
        if (!state.runs.some((run) => run.id === id)) state.loaded.delete(id);
      }
      // A removed run isn't answered, and its id may be that of a later one.
      for (const id of asked) {
        if (!state.runs.some((run) => run.id === id)) asked.delete(id);
      }
      if (message.show !== undefined) select(message.show);
      if (!state.runs.some(({ id }) => id === state.selected)) state.selected = state.runs[0]?.id;
      if (!state.runs.some(({ id }) => id === state.compared)) state.compared = undefined;
      if (began) state.announcement = `Running ${message.running.request.function}`;
      break;
    }
    case "answer": {
      const summary = state.runs.find((run) => run.id === message.id);
      asked.delete(message.id);
      if (summary !== undefined) state.loaded.set(message.id, load(summary, message.text));
      break;
    }
    case "note":
      state.announcement = message.text;
      break;
  }
  show();
}

/** Selects a new run. Its form has the arguments that it ran with. */
function select(id: number): void {
  state.selected = id;
  state.compared = undefined;
  const run = state.runs.find((each) => each.id === id);
  if (run === undefined) return;
  state.drafts = Object.fromEntries(Object.entries(state.drafts).filter(([key]) => key !== functionKey(run)));
  state.problems[functionKey(run)] = [];
  state.announcement = run.summary;
  focusFirstField = run.status === "asks";
}

window.addEventListener("message", ({ data }: MessageEvent<ToWebview>) => {
  receive(data);
});
actions.send({ type: "ready" });
show();
