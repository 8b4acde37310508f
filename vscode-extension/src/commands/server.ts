// Commands about the language server itself: restart, output, status.
import * as vscode from "vscode";
import { activeGoFile } from "../packages.js";
import { plain } from "../plain-text.js";
import type { CommandFactory } from "./command.js";

const restartServer: CommandFactory = {
  id: "modgo.client.restartServer",
  needsTrust: false,
  create: (context) => () => context.server.restart(),
};

const showOutput: CommandFactory = {
  id: "modgo.client.showOutput",
  needsTrust: false,
  create: (context) => () => {
    context.output.show();
    return Promise.resolve();
  },
};

interface StatusItem extends vscode.QuickPickItem {
  readonly run?: string;
  readonly argument?: string;
}

/** Shows the status as a list, whose last entries are actions. */
const showStatus: CommandFactory = {
  id: "modgo.client.showStatus",
  needsTrust: false,
  create: (context) => async () => {
    const { state } = context.server;
    const trusted = vscode.workspace.isTrusted;
    const items: StatusItem[] = [
      { label: "$(pulse) Server", description: plain(context.status.text) },
      {
        label: "$(shield) Workspace",
        description: trusted ? "trusted: checks, builds and runs" : "Restricted Mode: checks only",
        run: "workbench.trust.manage",
      },
    ];
    if (state.kind === "ready") {
      items.push({ label: "$(terminal) Interpreter", description: plain(state.interpreter.python) });
    }
    const file = activeGoFile();
    if (file !== undefined) {
      items.push({
        label: "$(file-code) Go file",
        description: plain(vscode.workspace.asRelativePath(file)),
      });
    }
    items.push(
      { label: "Actions", kind: vscode.QuickPickItemKind.Separator },
      { label: "$(refresh) Restart server", run: "modgo.client.restartServer" },
      { label: "$(output) Show output", run: "modgo.client.showOutput" },
      { label: "$(gear) Open settings", run: "workbench.action.openSettings", argument: "modgo" },
    );
    const chosen = await vscode.window.showQuickPick(items, { title: "Modgo status" });
    if (chosen?.run === undefined) return;
    await vscode.commands.executeCommand(
      chosen.run,
      ...(chosen.argument === undefined ? [] : [chosen.argument]),
    );
  },
};

export const serverCommands: readonly CommandFactory[] = [restartServer, showOutput, showStatus];
