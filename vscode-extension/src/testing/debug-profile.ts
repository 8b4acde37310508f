// The profile of the Test Explorer that debugs cases, one after the other: a run that lasts until the last debug session ends.
// The result of a case is that of the call in the debugger.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { guarded } from "../commands/command.js";
import { type DebugTarget, isOfRun, startDebugging } from "../debug/start.js";
import type { CaseResult } from "./case-results.js";
import { type CaseRunner, showResult } from "./case-run.js";
import type { CaseTree } from "./case-tree.js";

/** The event of the debug adapter with the result of a case. */
const CASE_RESULT = "modgo.caseResult";

export function createDebugProfile(
  controller: vscode.TestController,
  tree: CaseTree,
  runner: CaseRunner,
  output: vscode.LogOutputChannel,
): void {
  controller.createRunProfile("Debug Case", vscode.TestRunProfileKind.Debug, async (request, token) => {
    const selected = [...(await runner.select(request))].flatMap(([{ uri }, { cases }]) =>
      cases.flatMap((item) => {
        const chosen = tree.caseOf(item);
        return uri === undefined || chosen === undefined ? [] : [{ folder: uri, item, chosen }];
      }),
    );
    const testRun = controller.createTestRun(request);
    try {
      for (const { item } of selected) testRun.enqueued(item);
      let goOn = true;
      for (const { folder, item, chosen } of selected) {
        const { file, name, function: udf } = chosen;
        if (goOn) {
          output.info(`Debugging the case ${name} of ${file}`);
          const target = { uri: folder.toString(), function: udf, case: { file, name } };
          goOn = await debugCase({ testRun, item, target, output, tokens: [token, testRun.token] });
        } else {
          testRun.skipped(item);
        }
      }
    } finally {
      testRun.end(); // VS Code ends the session, if it still runs
    }
  });
}

interface DebuggedCase {
  readonly testRun: vscode.TestRun;
  readonly item: vscode.TestItem;
  readonly target: DebugTarget;
  readonly output: vscode.LogOutputChannel;
  /** That of the request, and that of the run: the button that stops the debugger cancels only the latter. */
  readonly tokens: readonly vscode.CancellationToken[];
}

/** Returns whether to go on: false if the session could not be started or was stopped, or the run is cancelled. */
async function debugCase({ testRun, item, target, output, tokens }: DebuggedCase): Promise<boolean> {
  const run = { testRun, id: randomUUID() };
  const cancelled = () => tokens.some((token) => token.isCancellationRequested);
  let result: CaseResult | undefined;
  await new Promise<void>((resolve) => {
    const end = () => {
      listeners.forEach((each) => {
        each.dispose();
      });
      resolve();
    };
    const listeners = [
      vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
        if (isOfRun(session, run) && event === CASE_RESULT) result = body as CaseResult;
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        if (isOfRun(session, run)) end();
      }),
      ...tokens.map((token) => token.onCancellationRequested(end)),
    ];
    testRun.started(item);
    // It may install Delve first, and then start a session for a run that was cancelled, which VS Code doesn't end.
    const late = vscode.debug.onDidStartDebugSession((session) => {
      if (isOfRun(session, run) && cancelled()) void vscode.debug.stopDebugging(session);
    });
    void guarded(true, output, async () => {
      let started = false;
      try {
        started = await startDebugging(target, run);
      } finally {
        late.dispose();
        if (!started) end();
      }
    });
  });
  if (result !== undefined) {
    showResult(testRun, item, result);
    return !cancelled();
  }
  testRun.skipped(item);
  testRun.appendOutput("The debugger ended without a result of the case.\r\n", undefined, item);
  return false;
}
