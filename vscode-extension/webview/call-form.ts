// The call: the function, its arguments, the sample, and Run.
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { exampleOf, isVariadic, type Parameter } from "../src/results/arguments.js";
import { escapeHidden, JsonObject } from "../src/results/exact-json.js";
import { itemsOf } from "../src/results/values.js";
import { parametersFor, type SampleChoice, signatureOf } from "../src/runs/run.js";
import { icon } from "./icon.js";
import {
  type Actions,
  type Draft,
  draftOf,
  functionKey,
  type LoadedRun,
  runDraft,
  type State,
} from "./runs-view-state.js";

export function callForm(state: State, run: LoadedRun, actions: Actions): TemplateResult {
  const { summary, context } = run;
  const draft = draftOf(state, run);
  const udf = context.function;
  const folder = escapeHidden(summary.package);
  const send = () => {
    runDraft(state, run, actions);
  };
  return html`
    <header>
      <h2>
        <button
          class="link name"
          title="Go to the function"
          @click=${() => {
            actions.send({ type: "openFunction", id: summary.id });
          }}
        >
          ${escapeHidden(summary.request.function)}
        </button>
        <span class="package" title=${folder}>${folder.split("/").at(-1)}</span>
      </h2>
      <vscode-button icon="play" class="run" ?disabled=${state.running !== undefined} @click=${send}
        >${summary.status === "asks" ? "Run" : "Run again"}</vscode-button
      >
    </header>
    ${udf === null ? nothing : html`<code class="signature" title=${signatureOf(udf)}>${signatureOf(udf)}</code>`}
    <form
      @submit=${(event: Event) => {
        event.preventDefault();
        send();
      }}
    >
      <!-- Enter in a field submits the form only if it has a button of its own. -->
      <button type="submit" hidden></button>
      ${fields(state, run, draft, actions)} ${sampleField(state, run, draft, actions)}
      ${udf?.kind === "stream" ? nodesField(run, draft, actions) : nothing}
    </form>
  `;
}

function fields(state: State, run: LoadedRun, draft: Draft, actions: Actions): TemplateResult {
  const params = parametersFor(run.context.function, draft.fields.length);
  const last = run.context.function?.params.at(-1);
  const problems = state.problems[functionKey(run.summary)] ?? [];
  const suggestions = suggestionsFor(state, run);
  return html`
    ${params.map((parameter, index) => field(run, draft, parameter, index, problems[index], actions))}
    ${
      last !== undefined && isVariadic(last)
        ? html`<button
            type="button"
            class="link add"
            @click=${() => {
              edit(run, actions, (old) => ({ ...old, fields: [...old.fields, ""] }));
            }}
          >
            ${icon("add")}Add a value of ${last.name || last.type}
          </button>`
        : nothing
    }
    <datalist id="suggestions">${suggestions.map((text) => html`<option value=${text}></option>`)}</datalist>
  `;
}

function field(
  run: LoadedRun,
  draft: Draft,
  parameter: Parameter,
  index: number,
  problem: string | undefined,
  actions: Actions,
): TemplateResult {
  const id = `argument-${index}`;
  const removable = isVariadic(parameter);
  // A native field: that of the component library is in a shadow tree, where a <datalist> has no effect.
  return html`
    <div class="field">
      <label for=${id}>${parameter.name} <span class="type">${parameter.type}</span></label>
      <div class="control">
        <input
          id=${id}
          type="text"
          autocomplete="off"
          spellcheck="false"
          list="suggestions"
          placeholder=${exampleOf(parameter)}
          aria-invalid=${problem === undefined ? "false" : "true"}
          aria-describedby=${problem === undefined ? nothing : `${id}-problem`}
          .value=${live(draft.fields[index] ?? "")}
          @input=${(event: Event) => {
            const { value } = event.target as HTMLInputElement;
            edit(run, actions, (old) => ({ ...old, fields: replaced(old.fields, index, value) }));
          }}
        />
        ${
          removable
            ? html`<vscode-toolbar-button
                icon="close"
                label="Remove this value"
                @click=${() => {
                  edit(run, actions, (old) => ({
                    ...old,
                    fields: old.fields.filter((_, at) => at !== index),
                  }));
                }}
              ></vscode-toolbar-button>`
            : nothing
        }
      </div>
      ${problem === undefined ? nothing : html`<p class="problem" id="${id}-problem">${problem}</p>`}
    </div>
  `;
}

function replaced(texts: readonly string[], index: number, text: string): readonly string[] {
  const copy = [...texts];
  while (copy.length <= index) copy.push("");
  copy[index] = text;
  return copy;
}

function edit(run: LoadedRun, actions: Actions, update: (draft: Draft) => Draft): void {
  actions.change((state) => {
    state.drafts[functionKey(run.summary)] = update(draftOf(state, run));
  });
}

const MOST_SUGGESTIONS = 30;

/** The names of the record's bins, and what earlier runs of the function had as arguments. */
function suggestionsFor(state: State, run: LoadedRun): readonly string[] {
  const { record } = run.result;
  const samples = record === undefined ? [] : [record.before, record.after];
  const bins = samples.flatMap((sample) =>
    sample instanceof JsonObject ? (itemsOf(sample.get("bins") ?? null) ?? []).map(([name]) => name) : [],
  );
  const entered = state.runs
    .filter((each) => functionKey(each) === functionKey(run.summary))
    .flatMap((each) => each.request.args ?? [])
    .filter((json) => json.length < 60)
    .map((json) => (json.startsWith('"') ? (JSON.parse(json) as string) : json));
  return [...new Set([...entered, ...bins])].slice(0, MOST_SUGGESTIONS);
}

function sampleField(state: State, run: LoadedRun, draft: Draft, actions: Actions): TemplateResult {
  const { summary, context } = run;
  const stream = context.function?.kind === "stream";
  const own = context.sample?.split("/").at(-1);
  // Without a function the call failed before the sample was found or read.
  const isOwn = summary.request.sample.kind === "own" && context.function !== null;
  // Its own sample is there already, under "own".
  const hidden = isOwn && !(draft.sample.kind === "file" && draft.sample.name === own) ? own : undefined;
  const files = (state.samples[summary.package] ?? []).filter(
    (file) => file.stream === stream && file.name !== hidden,
  );
  const value = draft.sample.kind === "file" ? `file:${draft.sample.name}` : draft.sample.kind;
  const shown =
    draft.sample.kind === "file" ? draft.sample.name : draft.sample.kind === "own" && isOwn ? own : undefined;
  const option = (key: string, text: string) =>
    html`<option value=${key} ?selected=${key === value}>${escapeHidden(text)}</option>`;
  return html`
    <div class="field">
      <label for="sample">${stream ? "Records" : "Sample"}</label>
      <div class="control">
        <select
          id="sample"
          .value=${live(value)}
          @change=${(event: Event) => {
            const sample = choiceOf((event.target as HTMLSelectElement).value);
            edit(run, actions, (old) => ({ ...old, sample }));
          }}
        >
          ${option("own", isOwn ? ownText(own, stream) : "The function’s own sample")}
          ${files.map(({ name }) => option(`file:${name}`, name))}
          ${stream || (isOwn && own === undefined && draft.sample.kind === "own") ? nothing : option("none", "Empty record")}
        </select>
        ${
          shown === undefined
            ? html`<vscode-toolbar-button
                icon="new-file"
                label="Create sample"
                title="Create sample"
                @click=${() => {
                  actions.send({ type: "createSample", id: summary.id });
                }}
              ></vscode-toolbar-button>`
            : html`<vscode-toolbar-button
                icon="edit"
                label="Edit ${escapeHidden(shown)}"
                title="Edit ${escapeHidden(shown)}"
                @click=${() => {
                  actions.send({ type: "openSample", id: summary.id, name: shown });
                }}
              ></vscode-toolbar-button>`
        }
      </div>
    </div>
  `;
}

function ownText(own: string | undefined, stream: boolean): string {
  if (own !== undefined) return own;
  return stream ? "There are no records yet" : "Empty record";
}

function choiceOf(value: string): SampleChoice {
  if (value.startsWith("file:")) return { kind: "file", name: value.slice("file:".length) };
  return { kind: value === "none" ? "none" : "own" };
}

function nodesField(run: LoadedRun, draft: Draft, actions: Actions): TemplateResult {
  return html`
    <div class="field">
      <label for="nodes" title="Simulated nodes of a cluster">Nodes</label>
      <input
        id="nodes"
        type="number"
        min="1"
        max="1024"
        .value=${live(draft.nodes)}
        @input=${(event: Event) => {
          const { value } = event.target as HTMLInputElement;
          edit(run, actions, (old) => ({ ...old, nodes: value }));
        }}
      />
    </div>
  `;
}
