// The profile of the Test Explorer that debugs cases, one after the other: a run that lasts until the last debug session ends.
// The result of a case is that of the call in the debugger.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { unlessCancelled } from "../cancellation.js";
import { showAnyError } from "../commands/command.js";
import { type DebugRun, type DebugTarget, isOfRun, startDebugging } from "../debug/start.js";
import { escapeHidden } from "../results/exact-json.js";
import type { CaseResult } from "./case-results.js";
import { type CaseRunner, inTestRun, showResult } from "./case-run.js";
import type { CaseTree } from "./case-tree.js";

/** The events of the debug adapter with the result of a case, or with the reason that there is none. */
const CASE_RESULT = "modgo.caseResult";
const CASE_NOT_COMPARED = "modgo.caseNotCompared";

export function createDebugProfile(
  controller: vscode.TestController,
  tree: CaseTree,
  runner: CaseRunner,
  output: vscode.LogOutputChannel,
): void {
  // VS Code ends the session, if it still runs, with the run.
  const debug = (request: vscode.TestRunRequest, requestToken: vscode.CancellationToken) =>
    inTestRun(controller, request, requestToken, async (testRun, token) => {
      const selected = [...(await runner.select(request, token))].flatMap(([{ uri }, { cases }]) =>
        cases.flatMap((item) => {
          const chosen = tree.caseOf(item);
          return uri === undefined || chosen === undefined ? [] : [{ folder: uri, item, chosen }];
        }),
      );
      for (const { item } of selected) testRun.enqueued(item);
      let goOn = true;
      for (const { folder, item, chosen } of selected) {
        const { file, name, function: udf } = chosen;
        if (goOn) {
          output.info(`Debugging the case ${name} of ${file}`);
          const target = { uri: folder.toString(), function: udf, case: { file, name } };
          goOn = await debugCase({ testRun, item, target, output, token });
        } else {
          testRun.skipped(item);
        }
      }
    });
  controller.createRunProfile("Debug Case", vscode.TestRunProfileKind.Debug, debug);
}

interface DebuggedCase {
  readonly testRun: vscode.TestRun;
  readonly item: vscode.TestItem;
  readonly target: DebugTarget;
  readonly output: vscode.LogOutputChannel;
  readonly token: vscode.CancellationToken;
}

/** Returns whether to go on: false if the session could not be started, or the run is cancelled. */
async function debugCase({ testRun, item, target, output, token }: DebuggedCase): Promise<boolean> {
  const run = { testRun, id: randomUUID() };
  let result: CaseResult | undefined;
  let why = "The debugger ended without a result of the case.";
  const events = vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
    if (!isOfRun(session, run)) return;
    if (event === CASE_RESULT) result = body as CaseResult;
    if (event === CASE_NOT_COMPARED) why = `Not compared: ${(body as { reason: string }).reason}.`;
  });
  testRun.started(item);
  const session = debugSession(target, run, token).catch((error: unknown) => {
    void showAnyError(error, output);
    return false;
  });
  const isDone = await unlessCancelled(session, token).catch(() => false);
  events.dispose();
  if (result === undefined) {
    testRun.skipped(item);
    testRun.appendOutput(`${escapeHidden(why)}\r\n`, undefined, item);
  } else {
    showResult(testRun, item, result);
  }
  return isDone;
}

/** Resolves when the session has ended. Returns false if it could not be started. */
async function debugSession(
  target: DebugTarget,
  run: DebugRun,
  token: vscode.CancellationToken,
): Promise<boolean> {
  const listeners: vscode.Disposable[] = [];
  // It may end before startDebugging returns.
  const ended = new Promise<void>((resolve) => {
    listeners.push(
      vscode.debug.onDidTerminateDebugSession((session) => {
        if (isOfRun(session, run)) resolve();
      }),
      token.onCancellationRequested(() => {
        resolve();
      }),
      // It may install Delve first, and then start a session for a run that was cancelled, which VS Code doesn't end.
      vscode.debug.onDidStartDebugSession((session) => {
        if (isOfRun(session, run) && token.isCancellationRequested) void vscode.debug.stopDebugging(session);
      }),
    );
  });
  try {
    const started = await startDebugging(target, run);
    if (started) await ended;
    return started;
  } finally {
    vscode.Disposable.from(...listeners).dispose();
  }
}
