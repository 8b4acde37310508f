// The profile of the Test Explorer that debugs a case. It exists if the extension has the command that debugs.
import * as vscode from "vscode";
import { showInformation } from "../messages.js";
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
  controller.createRunProfile("Debug Case", vscode.TestRunProfileKind.Debug, async (request) => {
    const selected = [...(await runner.select(request))].flatMap(([{ uri }, { cases }]) =>
      cases.map((item) => ({ folder: uri, chosen: tree.caseOf(item) })),
    );
    const [first] = selected;
    if (first?.folder === undefined || first.chosen === undefined) return;
    if (selected.length > 1) {
      // A debugger has one call at a time.
      void showInformation(`Debugging the first of ${selected.length} cases: ${first.chosen.name}`);
    }
    const { file, name, function: udf } = first.chosen;
    output.info(`Debugging the case ${name} of ${file}`);
    await vscode.commands.executeCommand(COMMAND, {
      uri: first.folder.toString(),
      function: udf,
      case: { file, name },
    });
  });
}
