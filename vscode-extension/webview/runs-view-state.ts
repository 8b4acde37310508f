// What the webview shows, and what it stores over reloads.
import type { RowState } from "../src/results/rows.js";
import type { FromWebview, Running, SampleFile } from "../src/runs/protocol.js";
import {
  type Answer,
  contextOf,
  parametersFor,
  type RunContext,
  type RunSummary,
  type SampleChoice,
} from "../src/runs/run.js";
import { type CallResult, readCall } from "../src/server/command-results.js";
import { argumentOf, fieldText, type Parameter } from "../src/results/arguments.js";

/** A run with its answer. */
export interface LoadedRun {
  readonly summary: RunSummary;
  readonly result: CallResult;
  readonly answer: Answer;
  readonly context: RunContext;
}

/** The call as it is in the form: of the selected run, with the user's changes. */
export interface Draft {
  readonly fields: readonly string[];
  readonly sample: SampleChoice;
  readonly nodes: string;
}

/** What the user did in a table. */
export interface TableState extends RowState {
  readonly open: Map<string, boolean>;
  readonly shown: Map<string, number>;
  /** The key of the row that had the focus last. Tab goes to it. */
  current: string | undefined;
}

export interface State {
  runs: readonly RunSummary[];
  running: Running | undefined;
  samples: Readonly<Record<string, readonly SampleFile[]>>;
  selected: number | undefined;
  /** The run that the selected one is compared with. */
  compared: number | undefined;
  /** By function. */
  drafts: Record<string, Draft>;
  /** By function. Undefined fields have no problem. */
  problems: Record<string, readonly (string | undefined)[]>;
  tables: Record<string, TableState>;
  /** For screen readers. */
  announcement: string;
  loaded: Map<number, LoadedRun>;
}

export interface Actions {
  send(message: FromWebview): void;
  /** Changes the state and renders it. */
  change(update: (state: State) => void): void;
}

/** What is stored over reloads. */
export interface Stored {
  readonly selected?: number;
  readonly compared?: number;
  readonly drafts?: Record<string, Draft>;
}

export function initialState(stored: Stored | undefined): State {
  return {
    runs: [],
    running: undefined,
    samples: {},
    selected: stored?.selected,
    compared: stored?.compared,
    drafts: { ...stored?.drafts },
    problems: {},
    tables: {},
    announcement: "",
    loaded: new Map(),
  };
}

export function storedOf({ selected, compared, drafts }: State): Stored {
  return { ...(selected !== undefined && { selected }), ...(compared !== undefined && { compared }), drafts };
}

export function functionKey({ package: folder, request }: RunSummary): string {
  return `${folder}\n${request.function}`;
}

export function tableState(state: State, key: string): TableState {
  return (state.tables[key] ??= { open: new Map(), shown: new Map(), current: undefined });
}

export function load(summary: RunSummary, text: string): LoadedRun {
  const answer = JSON.parse(text) as Answer;
  return { summary, result: readCall(text), answer, context: contextOf(answer) };
}

const MOST_LOADED = 5;

/** Releases the answers that were shown longest ago: each may have megabytes. */
export function releaseOldAnswers({ loaded, selected, compared }: State): void {
  for (const id of [compared, selected]) {
    const run = id === undefined ? undefined : loaded.get(id);
    if (id === undefined || run === undefined) continue;
    loaded.delete(id);
    loaded.set(id, run); // the last one is that shown most recently
  }
  for (const id of [...loaded.keys()].slice(0, -MOST_LOADED)) loaded.delete(id);
}

export function selectedRun(state: State): LoadedRun | undefined {
  return state.selected === undefined ? undefined : state.loaded.get(state.selected);
}

/** The form's content: what the user entered, else that of the run. */
export function draftOf(state: State, run: LoadedRun): Draft {
  const found = state.drafts[functionKey(run.summary)];
  return found ?? draftOfRun(run);
}

function draftOfRun({ summary: { request }, context, result }: LoadedRun): Draft {
  const args = request.args ?? [];
  const params = parametersFor(context.function, args.length);
  return {
    fields: params.map((parameter, index) => {
      const json = args[index];
      return json === undefined ? "" : fieldText(parameter, json);
    }),
    sample: request.sample,
    nodes: String(request.nodes ?? result.nodes?.length ?? 1),
  };
}

/** Sends the call of the form, unless a field has a problem, which is then shown. */
export function runDraft(state: State, run: LoadedRun, actions: Actions): void {
  const { summary, context } = run;
  const draft = draftOf(state, run);
  const params: readonly Parameter[] = parametersFor(context.function, draft.fields.length);
  const entered = params.map((parameter, index) => argumentOf(parameter, draft.fields[index] ?? ""));
  const problems = entered.map((each) => (each.ok ? undefined : each.problem));
  const bad = problems.filter((problem) => problem !== undefined);
  actions.change((changed) => {
    changed.problems[functionKey(summary)] = problems;
    if (bad[0] !== undefined) changed.announcement = bad[0];
  });
  if (bad.length > 0) return;
  const nodes = Number(draft.nodes);
  const stream =
    context.function?.kind === "stream" && Number.isInteger(nodes) && nodes >= 1 && nodes <= 1024;
  // Without a signature, as after a failed build, the arguments stay those of the run.
  const args =
    context.function === null ? summary.request.args : entered.map((each) => (each.ok ? each.json : ""));
  actions.send({
    type: "run",
    request: {
      uri: summary.request.uri,
      function: summary.request.function,
      args,
      sample: draft.sample,
      ...(stream && { nodes }),
    },
  });
}
