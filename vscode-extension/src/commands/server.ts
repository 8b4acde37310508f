// Commands about the language server itself: set-up, interpreter, restart, output, status.
import * as vscode from "vscode";
import { existsSync } from "node:fs";
import { chooseInterpreter } from "../environment/interpreter-choice.js";
import { activeGoFile } from "../packages.js";
import { plain } from "../plain-text.js";
import type { CommandFactory } from "./command.js";

const restartServer: CommandFactory = {
  id: "modgo.client.restartServer",
  needsTrust: false,
  create: (context) => () => context.server.restart(),
};

const setUp: CommandFactory = {
  id: "modgo.client.setUp",
  needsTrust: false,
  create: (context) => () => context.setUp.run(),
};

const choose: CommandFactory = {
  id: "modgo.client.chooseInterpreter",
  needsTrust: false,
  create: (context) => () => chooseInterpreter(context.search),
};

const howToInstall: CommandFactory = {
  id: "modgo.client.howToInstall",
  needsTrust: false,
  create: (context) => async () => {
    // vsce names it in lower case.
    const names = ["readme.md", "README.md"].map((name) => vscode.Uri.joinPath(context.home, name));
    const page = names.find(({ fsPath }) => existsSync(fsPath));
    await vscode.commands.executeCommand("markdown.showPreview", page?.with({ fragment: "install" }));
  },
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
      { label: "$(symbol-misc) Choose the interpreter…", run: "modgo.client.chooseInterpreter" },
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

export const serverCommands: readonly CommandFactory[] = [
  setUp,
  choose,
  howToInstall,
  restartServer,
  showOutput,
  showStatus,
];
