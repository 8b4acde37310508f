// The profile of the Test Explorer that debugs a case. It exists if the extension has the command that debugs.
import * as vscode from "vscode";
import { showInformation } from "../messages.js";
import { escapeHidden } from "../results/exact-json.js";
import type { CaseRunner } from "./case-run.js";
import type { CaseTree } from "./case-tree.js";

const COMMAND = "modgo.client.debug";

export async function createDebugProfile(
  controller: vscode.TestController,
  tree: CaseTree,
  runner: CaseRunner,
  output: vscode.LogOutputChannel,
): Promise<void> {
  if (!(await vscode.commands.getCommands(true)).includes(COMMAND)) return;
  controller.createRunProfile("Debug Case", vscode.TestRunProfileKind.Debug, async (request, token) => {
    const selected = [...(await runner.select(request))].flatMap(([{ uri }, { cases }]) =>
      cases.map((item) => ({ folder: uri, item, chosen: tree.caseOf(item) })),
    );
    const [first] = selected;
    if (first?.folder === undefined || first.chosen === undefined) return;
    if (selected.length > 1) {
      // A debugger has one call at a time.
      void showInformation(`Debugging the first of ${selected.length} cases: ${first.chosen.name}`);
    }
    const { file, name, function: udf } = first.chosen;
    output.info(`Debugging the case ${name} of ${file}`);
    const testRun = controller.createTestRun(request);
    try {
      testRun.started(first.item);
      testRun.appendOutput(
        `Debugging ${escapeHidden(name)}: what it returns and changes is in the Debug Console.\r\n`,
      );
      await vscode.commands.executeCommand(COMMAND, {
        uri: first.folder.toString(),
        function: udf,
        case: { file, name },
      });
      const session = vscode.debug.activeDebugSession;
      if (session?.type === "modgo") await terminated(session, [token, testRun.token]);
    } finally {
      testRun.end(); // without a result: nothing was compared
    }
  });
}

/** Waits until a session has ended, and ends it when one of the tokens is cancelled. */
async function terminated(
  session: vscode.DebugSession,
  tokens: readonly vscode.CancellationToken[],
): Promise<void> {
  const listeners: vscode.Disposable[] = [];
  await new Promise<void>((resolve) => {
    listeners.push(
      vscode.debug.onDidTerminateDebugSession(({ id }) => {
        if (id === session.id) resolve();
      }),
      ...tokens.map((token) => token.onCancellationRequested(() => vscode.debug.stopDebugging(session))),
    );
  });
  listeners.forEach((each) => {
    each.dispose();
  });
}
