// Runs UDFs, and stores their results. One run is one request to the server. A run shows itself in the view; the only other
// sign is a text in the status bar.
import * as vscode from "vscode";
import { packageFolder } from "../packages.js";
import { plain } from "../plain-text.js";
import { shorten } from "../results/format.js";
import { readCall } from "../server/command-results.js";
import type { Server } from "../server/server.js";
import type { Status } from "../status.js";
import { createFailureMarks } from "./failure-marks.js";
import { restoredRuns, storedRuns, withRun } from "./history.js";
import type { Running } from "./protocol.js";
import {
  type Answer,
  callArgument,
  contextOf,
  type Run,
  type RunRequest,
  type RunSummary,
  summaryOf,
} from "./run.js";

const STORED = "modgo.runs";
const STATUS_MS = 10_000;
const STATUS_ICONS = { ok: "$(pass)", asks: "$(info)", error: "$(warning)", failed: "$(error)" } as const;
const LONGEST_STATUS = 80;

export interface Change {
  /** The id of a new run. */
  readonly show?: number;
  /** Why a run has ended without a result. */
  readonly note?: string;
}

export interface Runs {
  /** Newest first. */
  readonly summaries: readonly RunSummary[];
  readonly isEmpty: boolean;
  readonly running: Running | undefined;
  /** Fires when a run begins, reports a step or ends, and when the history changes. */
  readonly onDidChange: vscode.Event<Change>;
  get(id: number): Run | undefined;
  /** Runs the function; a run that is still going on is cancelled. Without arguments it takes those of the last run. */
  start(request: RunRequest): Promise<void>;
  cancel(): void;
  remove(id: number): void;
  clear(): void;
  dispose(): void;
}

export interface RunParts {
  readonly server: Server;
  readonly status: Status;
  readonly output: vscode.LogOutputChannel;
  readonly memory: vscode.Memento;
}

export function createRuns({ server, status, output, memory }: RunParts): Runs {
  const changed = new vscode.EventEmitter<Change>();
  const marks = createFailureMarks();
  const summaries = new WeakMap<Run, RunSummary>();
  const stored = memory.get(STORED);
  let history: readonly Run[] | undefined; // read when it is needed, not at activation
  let current: { running: Running; cancellation: vscode.CancellationTokenSource } | undefined;

  // Only the summary stays in memory: a parsed answer may be as large as the record.
  const summarize = (run: Run): RunSummary => {
    const found = summaries.get(run) ?? summaryOf(run, readCall(run.answer));
    summaries.set(run, found);
    return found;
  };
  const all = () => (history ??= restoredRuns(stored));
  const store = (runs: readonly Run[]) => {
    history = runs;
    void memory.update(STORED, storedRuns(runs));
  };
  /** The history without the calls of the function that only lacked the arguments. */
  const answered = (run: Run) =>
    all().filter(
      (each) =>
        each.request.function !== run.request.function ||
        each.package !== run.package ||
        summarize(each).status !== "asks",
    );
  const lastOf = (request: RunRequest) =>
    all().find(
      (run) => run.request.function === request.function && run.package === packageFolder(request.uri),
    );

  const finish = (request: RunRequest, answer: string) => {
    const id = 1 + Math.max(0, ...all().map((run) => run.id));
    const run = { id, request, package: packageFolder(request.uri), time: Date.now(), answer };
    store(withRun(answered(run), run));
    marks.update(run);
    const { summary, status: outcome } = summarize(run);
    if (outcome === "ok") output.info(summary);
    else output.warn(summary);
    const icon = STATUS_ICONS[outcome];
    vscode.window.setStatusBarMessage(`${icon} ${plain(shorten(summary, LONGEST_STATUS))}`, STATUS_MS);
    return run;
  };

  /** A later run may have replaced it, and have ended. */
  const ended = (cancellation: vscode.CancellationTokenSource) => {
    if (current?.cancellation === cancellation) current = undefined;
  };

  const execute = async (request: RunRequest, cancellation: vscode.CancellationTokenSource) => {
    const argument = callArgument(request);
    const title = `running ${request.function}`;
    output.info(`modgo.call ${argument}`);
    const answer = server.execute("modgo.call", argument, cancellation.token, ({ message }) => {
      if (current?.cancellation !== cancellation || message === undefined) return;
      current.running = { ...current.running, step: message };
      changed.fire({});
    });
    try {
      return await status.during(title, answer);
    } catch (error) {
      if (!cancellation.token.isCancellationRequested) throw error;
      output.info("modgo.call was cancelled");
      return undefined;
    }
  };

  return {
    get summaries() {
      return all().map(summarize);
    },
    get isEmpty() {
      return history === undefined ? !(Array.isArray(stored) && stored.length > 0) : history.length === 0;
    },
    get running() {
      return current?.running;
    },
    onDidChange: changed.event,
    get: (id) => all().find((run) => run.id === id),
    async start(asked) {
      current?.cancellation.cancel();
      const last = lastOf(asked);
      const request = { ...asked, args: asked.args ?? last?.request.args ?? [] };
      const params =
        last === undefined ? [] : (contextOf(JSON.parse(last.answer) as Answer).function?.params ?? []);
      const cancellation = new vscode.CancellationTokenSource();
      current = { running: { request, step: `running ${request.function}`, params }, cancellation };
      marks.runStarts();
      changed.fire({});
      let change: Change = { note: "The run was cancelled" };
      try {
        const answer = await execute(request, cancellation);
        if (answer !== undefined) change = { show: finish(request, answer).id };
      } catch (error) {
        change = { note: error instanceof Error ? error.message : String(error) };
        throw error;
      } finally {
        ended(cancellation);
        cancellation.dispose();
        changed.fire(change);
      }
    },
    cancel: () => current?.cancellation.cancel(),
    remove(id) {
      marks.remove(id);
      store(all().filter((run) => run.id !== id));
      changed.fire({});
    },
    clear() {
      marks.clear();
      store([]);
      changed.fire({});
    },
    dispose() {
      current?.cancellation.cancel();
      for (const each of [changed, marks]) each.dispose();
    },
  };
}
