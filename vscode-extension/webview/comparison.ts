// Two runs beside each other: their calls, their results, and the records that they left.
import { html, type TemplateResult } from "lit";
import { binEntries, type Entry, entryOf } from "../src/results/diff.js";
import { JsonObject } from "../src/results/exact-json.js";
import type { CallResult } from "../src/server/command-results.js";
import { timeText } from "./history-list.js";
import { icon } from "./icon.js";
import { type Actions, functionKey, type LoadedRun, type State } from "./runs-view-state.js";
import { valueTable } from "./value-table.js";

const computed = new WeakMap<LoadedRun, WeakMap<LoadedRun, Parts>>();

interface Parts {
  readonly results: readonly Entry[];
  readonly bins: readonly Entry[];
}

/** `one` is the earlier choice, which stands on the left. */
export function comparison(state: State, one: LoadedRun, other: LoadedRun, actions: Actions): TemplateResult {
  const { results, bins } = partsOf(one, other);
  const titles = [one, other].map(({ summary }) => `${timeText(summary.time)} ${summary.call}`);
  const columns = (name: string) =>
    ({
      name,
      sides: [
        ["before", titles[0] ?? ""],
        ["after", titles[1] ?? ""],
      ],
    }) as const;
  const key = `${functionKey(one.summary)}\n${functionKey(other.summary)}`;
  return html`
    <header>
      <h2>${icon("git-compare")}Two runs</h2>
      <span class="toolbar">
        <vscode-toolbar-button
          icon="close"
          label="Close the comparison"
          title="Close the comparison"
          @click=${() => {
            actions.change((changed) => (changed.compared = undefined));
          }}
        ></vscode-toolbar-button>
      </span>
    </header>
    ${valueTable("Results", results, columns("Outcome"), `${key}\nresult`, state, actions)}
    <header><h2>Record after the run</h2></header>
    ${
      bins.length === 0
        ? html`<p class="hint">Neither has a record.</p>`
        : valueTable("Records", bins, columns("Bin"), `${key}\nrecord`, state, actions)
    }
  `;
}

function partsOf(one: LoadedRun, other: LoadedRun): Parts {
  const of = computed.get(one) ?? new WeakMap<LoadedRun, Parts>();
  computed.set(one, of);
  const parts = of.get(other) ?? {
    results: outcomes(one.result, other.result),
    bins: binEntries(one.result.record?.after ?? null, other.result.record?.after ?? null),
  };
  of.set(other, parts);
  return parts;
}

function outcomes(one: CallResult, other: CallResult): readonly Entry[] {
  const of = (result: CallResult) =>
    new JsonObject(result.ok ? [["result", result.result]] : [["error", result.error.message]]);
  const [old, now] = [of(one), of(other)];
  return ["result", "error"]
    .map((key) => entryOf(key, old.get(key), now.get(key)))
    .filter(({ before, after }) => before !== undefined || after !== undefined);
}
