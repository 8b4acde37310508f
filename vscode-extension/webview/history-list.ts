// The history of runs, newest first: shows, repeats, compares and removes them.
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { escapeHidden } from "../src/results/exact-json.js";
import type { RunSummary } from "../src/runs/run.js";
import { icon } from "./icon.js";
import { ICONS } from "./status-icons.js";
import type { Actions, State } from "./runs-view-state.js";

export function historyList(state: State, actions: Actions): TemplateResult {
  return html`
    <header>
      <h2>History</h2>
      <span class="toolbar">
        <vscode-toolbar-button
          icon="clear-all"
          label="Clear the history"
          title="Clear the history"
          @click=${() => {
            actions.send({ type: "clear" });
          }}
        ></vscode-toolbar-button>
      </span>
    </header>
    <ul class="runs-list">
      ${repeat(
        state.runs,
        ({ id }) => id,
        (run) => item(state, run, actions),
      )}
    </ul>
  `;
}

function item(state: State, run: RunSummary, actions: Actions): TemplateResult {
  const { icon: name, word, style } = ICONS[run.status];
  const selected = run.id === state.selected;
  return html`
    <li class="${selected ? "selected" : ""} ${run.id === state.compared ? "compared" : ""}">
      <button
        class="item"
        aria-current=${selected ? "true" : "false"}
        title=${run.summary}
        @click=${() => {
          actions.change((changed) => {
            changed.selected = run.id;
            changed.compared = undefined;
          });
        }}
      >
        ${icon(name, style)}
        <span class="text"
          >${run.call}<span class="size"> ${detail(run)}</span><span class="hidden"> ${word}</span></span
        >
        <span class="time">${timeText(run.time)}</span>
      </button>
      <span class="actions">
        <vscode-toolbar-button
          icon="refresh"
          label="Run ${run.call} again"
          title="Run again"
          @click=${() => {
            actions.send({ type: "run", request: run.request });
          }}
        ></vscode-toolbar-button>
        ${
          selected
            ? nothing
            : html`<vscode-toolbar-button
                icon="git-compare"
                label="Compare ${run.call} with the selected run"
                title="Compare with the selected run"
                @click=${() => {
                  actions.change((changed) => (changed.compared = run.id));
                }}
              ></vscode-toolbar-button>`
        }
        <vscode-toolbar-button
          icon="close"
          label="Remove ${run.call}"
          title="Remove"
          @click=${() => {
            actions.send({ type: "remove", id: run.id });
          }}
        ></vscode-toolbar-button>
      </span>
    </li>
  `;
}

/** What else differs from other runs: the sample, the number of nodes. */
function detail({ request: { sample, nodes } }: RunSummary): string {
  const parts =
    sample.kind === "own"
      ? []
      : [sample.kind === "file" ? escapeHidden(sample.name.split(".")[0] ?? "") : "empty record"];
  if (nodes !== undefined) parts.push(`${nodes} nodes`);
  return parts.join(", ");
}

/** "14:03:22" */
export function timeText(time: number): string {
  return new Date(time).toLocaleTimeString("sv-SE"); // Swedish, which uses ISO 8601
}
