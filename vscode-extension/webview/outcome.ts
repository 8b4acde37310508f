// What a run gave: its result or error, the record before and after, the nodes of a stream, and the log.
import { html, nothing, type TemplateResult } from "lit";
import { binEntries, type Entry, entryOf } from "../src/results/diff.js";
import { escapeHidden, flatJson, type Json, JsonObject } from "../src/results/exact-json.js";
import { formatDuration, lacksSample, recordChanged, recordOperations } from "../src/results/format.js";
import { counted, itemsOf, sizeOf, textOf, typeOf } from "../src/results/values.js";
import { placeOf, sourceOf } from "../src/runs/run.js";
import type { CallFailure, CallSuccess } from "../src/server/command-results.js";
import { icon } from "./icon.js";
import { ICONS } from "./status-icons.js";
import { type Actions, functionKey, type LoadedRun, type State } from "./runs-view-state.js";
import { longText, valueTable } from "./value-table.js";

const VALUE = { name: "Element", sides: [["after", "Value"]] } as const;
const CHANGE = {
  name: "Bin",
  sides: [
    ["before", "Before"],
    ["after", "After"],
  ],
} as const;

const UNCHANGED = { name: "Bin", sides: [["after", "Value"]] } as const;

export function outcome(state: State, run: LoadedRun, actions: Actions): TemplateResult {
  const { result } = run;
  return html`
    ${result.ok ? success(state, run, result, actions) : failure(run, result, actions)}
    ${record(state, run, actions)} ${nodes(state, run, actions)} ${logs(run, actions)}
  `;
}

function success(state: State, run: LoadedRun, result: CallSuccess, actions: Actions): TemplateResult {
  const value = result.result;
  const isCollection = (itemsOf(value) ?? []).length > 0;
  const { text, whole } = textOf(value, 2000);
  return html`
    <header>
      <h2>${icon("pass", "passed")}Result</h2>
      <span class="facts">${[typeOf(value), sizeOf(value), facts(run)].filter(Boolean).join(" · ")}</span>
      ${toolbar(run, actions)}
    </header>
    ${
      isCollection
        ? valueTable(
            "Result",
            itemEntries(run, value),
            VALUE,
            `${functionKey(run.summary)}\nresult`,
            state,
            actions,
          )
        : html`<p class="result of-${typeOf(value)}">
            <span class="exact">${text}</span>
            ${
              whole
                ? nothing
                : html`<button
                    class="link"
                    @click=${() => {
                      actions.send({
                        type: "openText",
                        long: longText(value),
                      });
                    }}
                  >
                    Open in an editor
                  </button>`
            }
          </p>`
    }
  `;
}

const resultEntries = new WeakMap<LoadedRun, readonly Entry[]>();

/** The values in the result. */
function itemEntries(run: LoadedRun, value: Json): readonly Entry[] {
  const found =
    resultEntries.get(run) ??
    (itemsOf(value) ?? []).map(([key, item]) => ({
      key,
      mark: "same" as const,
      before: undefined,
      after: item,
    }));
  resultEntries.set(run, found);
  return found;
}

/** "0.3 ms · record updated" */
function facts({ result }: LoadedRun): string {
  const parts = result.elapsed_ns === undefined ? [] : [formatDuration(result.elapsed_ns)];
  if (result.nodes !== undefined) {
    const records = result.nodes.reduce((sum, node) => sum + node.records, 0);
    parts.push(`${counted(records, "record")} on ${counted(result.nodes.length, "node")}`);
  } else if (result.record !== undefined) {
    parts.push(`record ${recordOperations(result)}`);
  }
  return parts.join(" · ");
}

function toolbar({ summary, result }: LoadedRun, actions: Actions): TemplateResult {
  const { id } = summary;
  const savable = result.ok || result.error.kind === "udf";
  return html`
    <span class="toolbar">
      ${
        recordChanged(result)
          ? html`<vscode-toolbar-button
              icon="diff"
              label="Show the record's diff"
              title="Show the record's diff"
              @click=${() => {
                actions.send({ type: "diff", id });
              }}
            ></vscode-toolbar-button>`
          : nothing
      }
      ${
        savable
          ? html`<vscode-toolbar-button
              icon="beaker"
              label="Save as a test case"
              title="Save as a test case"
              @click=${() => {
                actions.send({ type: "saveCase", id });
              }}
            ></vscode-toolbar-button>`
          : nothing
      }
    </span>
  `;
}

const TITLES: Readonly<Record<string, string>> = {
  udf: "Error",
  panic: "Panic",
  timeout: "Timed out",
  crash: "Crashed",
  abi: "Can’t be called",
  usage: "Not run",
};

function failure(run: LoadedRun, { error, findings = [] }: CallFailure, actions: Actions): TemplateResult {
  const asks = run.summary.status === "asks";
  const { icon: name, style } = ICONS[run.summary.status];
  const frames = error.frames ?? [];
  return html`
    <header>
      <h2>${icon(name, style)} ${asks ? "Arguments" : TITLES[error.kind]}</h2>
      <span class="facts">${asks ? nothing : facts(run)}</span>
      ${toolbar(run, actions)}
    </header>
    <p class="message">${escapeHidden(error.message)}</p>
    ${asks ? html`<p class="hint">Enter the arguments, then choose Run.</p>` : nothing}
    ${lacksSample(run.result) ? html`<p class="hint">${createSample(run, actions)}</p>` : nothing}
    ${
      frames.length === 0
        ? nothing
        : html`<ol class="frames" aria-label="Stack">
            ${frames.map((frame) => html`<li>${place(run, frame, actions)}</li>`)}
          </ol>`
    }
    ${
      findings.length === 0
        ? nothing
        : html`<ul class="findings" aria-label="Problems">
            ${findings.map(
              (finding, index) => html`
                <li>
                  <button
                    class="link"
                    @click=${() => {
                      actions.send({ type: "openFinding", id: run.summary.id, index });
                    }}
                  >
                    ${escapeHidden(finding.path)}:${finding.range.start.line}
                  </button>
                  ${escapeHidden(finding.message)} <span class="code">${finding.code}</span>
                </li>
              `,
            )}
          </ul>`
    }
  `;
}

/** A place "counters.go:12" as a link, if its file is known. */
function place({ summary, context }: LoadedRun, text: string, actions: Actions): TemplateResult {
  const found = placeOf(text);
  if (found === undefined || sourceOf(context, found) === undefined) {
    return html`<span class="place">${escapeHidden(text)}</span>`;
  }
  return html`<button
    class="link place"
    @click=${() => {
      actions.send({ type: "open", id: summary.id, place: text });
    }}
  >
    ${escapeHidden(text)}
  </button>`;
}

function record(state: State, run: LoadedRun, actions: Actions): TemplateResult | typeof nothing {
  const { result, summary } = run;
  if (result.record === undefined || summary.status === "asks") return nothing;
  const { before, after } = result.record;
  const entries = entriesFor(run);
  const changed = entries.filter(({ mark }) => mark !== "same").length;
  const note =
    before === null && after === null
      ? "There is no record: the function ran without one."
      : before === null
        ? "The record didn’t exist before."
        : after === null
          ? "The record was removed."
          : "";
  return html`
    <header>
      <h2>Record</h2>
      <span class="facts">${identity(before, after)}</span>
      ${changed === 0 ? nothing : html`<vscode-badge>${counted(changed, "change")}</vscode-badge>`}
    </header>
    ${note === "" ? nothing : html`<p class="hint">${note} ${before === null && run.context.sample === null ? createSample(run, actions) : nothing}</p>`}
    ${
      entries.length === 0
        ? nothing
        : valueTable(
            "Record",
            entries,
            changed === 0 ? UNCHANGED : CHANGE,
            `${functionKey(summary)}\nrecord`,
            state,
            actions,
          )
    }
  `;
}

function createSample(run: LoadedRun, actions: Actions): TemplateResult {
  return html`<button
    class="link"
    @click=${() => {
      actions.send({ type: "createSample", id: run.summary.id });
    }}
  >
    Create sample
  </button>`;
}

const computed = new WeakMap<LoadedRun, readonly Entry[]>();

function entriesFor(run: LoadedRun): readonly Entry[] {
  const { record: samples } = run.result;
  const found = computed.get(run) ?? (samples === undefined ? [] : binEntries(samples.before, samples.after));
  computed.set(run, found);
  return found;
}

/** "test.demo k1 · generation 1 → 2 · ttl 60" */
function identity(before: Json, after: Json): string {
  const of = (sample: Json, name: string) => {
    const value = sample instanceof JsonObject ? sample.get(name) : undefined;
    return value ?? undefined;
  };
  const key = of(after, "key") ?? of(before, "key");
  const parts: string[] = [];
  if (key instanceof Array) {
    const [namespace, set, value] = key.map((part) =>
      typeof part === "string" ? escapeHidden(part) : flatJson(part),
    );
    parts.push(`${namespace}.${set} ${value}`);
  }
  for (const name of ["generation", "ttl"]) {
    const texts = [of(before, name), of(after, name)].map((value) =>
      value === undefined ? "0" : flatJson(value),
    );
    const [old, now] = texts;
    if (old !== now && old !== "0" && now !== "0") parts.push(`${name} ${old} → ${now}`);
    else
      parts.push(
        ...texts
          .filter((text) => text !== "0")
          .map((text) => `${name} ${text}`)
          .slice(-1),
      );
  }
  return parts.join(" · ");
}

function nodes(state: State, run: LoadedRun, actions: Actions): TemplateResult | typeof nothing {
  const found = run.result.nodes ?? [];
  if (found.length === 0) return nothing;
  const entries = found.map((node, index) => ({
    ...entryOf(`node ${index + 1}`, undefined, node.values),
    mark: "same" as const,
  }));
  const columns = { name: "Node", sides: [["after", "Partial result"]] } as const;
  return html`
    <header>
      <h2>Nodes</h2>
      <span class="facts">
        ${found.map((node) => `${counted(node.records, "record")} in ${formatDuration(node.elapsed_ns)}`).join(" · ")}
      </span>
    </header>
    ${valueTable("Nodes", entries, columns, `${functionKey(run.summary)}\nnodes`, state, actions)}
  `;
}

const MOST_LINES = 500;

function logs(run: LoadedRun, actions: Actions): TemplateResult | typeof nothing {
  const lines = run.answer.logs ?? [];
  if (lines.length === 0) return nothing;
  return html`
    <header>
      <h2>Log</h2>
      <span class="facts">${counted(lines.length, "line")}</span>
    </header>
    <ul class="log" aria-label="Log">
      ${lines.slice(0, MOST_LINES).map(
        ({ level, message, location }) => html`
          <li>
            <span class="level of-${level}">${level}</span>
            <span class="line">${escapeHidden(message)}</span>
            ${location == null ? nothing : place(run, location, actions)}
          </li>
        `,
      )}
    </ul>
    ${
      lines.length <= MOST_LINES
        ? nothing
        : html`<button
            class="link"
            @click=${() => {
              const text = lines.map((line) => `${line.level}  ${escapeHidden(line.message)}`).join("\n");
              actions.send({ type: "openText", long: { kind: "log", text } });
            }}
          >
            Open all ${lines.length.toLocaleString("en-US")} lines in an editor
          </button>`
    }
  `;
}
