// The whole view: the call, its outcome, and the history, in the order of the keyboard's focus.
import { html, nothing, type TemplateResult } from "lit";
import { escapeHidden } from "../src/results/exact-json.js";
import type { Running } from "../src/runs/protocol.js";
import { callForm } from "./call-form.js";
import { icon } from "./icon.js";
import { historyList } from "./history-list.js";
import { comparison } from "./comparison.js";
import { outcome } from "./outcome.js";
import { type Actions, selectedRun, type State } from "./runs-view-state.js";

export function page(state: State, actions: Actions): TemplateResult {
  return html`
    <div class="announcement" role="status" aria-live="polite">${escapeHidden(state.announcement)}</div>
    ${state.running === undefined ? nothing : progress(state.running, actions)}
    ${state.runs.length === 0 && state.running === undefined ? nothingYet() : content(state, actions)}
  `;
}

function nothingYet(): TemplateResult {
  return html`
    <main class="empty">
      ${icon("play-circle")}
      <h1>No runs yet</h1>
      <p>
        Choose <b>Run</b> above a registered function, or run the command
        <b>Modgo: Run UDF on sample record</b>.
      </p>
    </main>
  `;
}

function progress({ request, step }: Running, actions: Actions): TemplateResult {
  const name = escapeHidden(request.function);
  return html`
    <div class="running">
      <vscode-progress-bar indeterminate aria-label="Running ${name}"></vscode-progress-bar>
      <span class="step">${name}: ${escapeHidden(step)}</span>
      <vscode-button
        secondary
        class="cancel"
        @click=${() => {
          actions.send({ type: "cancel" });
        }}
        >Cancel</vscode-button
      >
    </div>
  `;
}

function content(state: State, actions: Actions): TemplateResult {
  const run = selectedRun(state);
  const other = state.compared === undefined ? undefined : state.loaded.get(state.compared);
  return html`
    <main class="columns" aria-busy=${state.running === undefined ? "false" : "true"}>
      <h1 class="hidden">UDF runs</h1>
      ${
        run === undefined
          ? html`<p class="waiting">Waiting for the result…</p>`
          : html`
              <section class="call" aria-label="Call">${callForm(state, run, actions)}</section>
              <section class="outcome" aria-label="Outcome">
                ${other === undefined ? outcome(state, run, actions) : comparison(state, other, run, actions)}
              </section>
            `
      }
      <section class="history" aria-label="History">${historyList(state, actions)}</section>
    </main>
  `;
}
