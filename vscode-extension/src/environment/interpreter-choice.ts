// Lets the user choose the Python that has modgo-lsp, and writes it to the settings.
import { homedir } from "node:os";
import * as vscode from "vscode";
import { UserError } from "../errors.js";
import { plain } from "../plain-text.js";
import { currentInterpreterSetting, type InterpreterSearch } from "./interpreter-search.js";

interface Choice extends vscode.QuickPickItem {
  readonly python?: string;
  /** Whether it is one of the environments that Modgo has made. */
  readonly own?: boolean;
  readonly command?: string;
}

export async function chooseInterpreter(search: InterpreterSearch): Promise<void> {
  if (search.attempts.length === 0) await search.find();
  const choices: Choice[] = search.attempts.map(({ candidate, probe }) => ({
    label: `$(${probe.ok ? "check" : "circle-slash"}) ${plain(candidate.python)}`,
    description: probe.ok ? `modgo-lsp ${plain(probe.modgo)}, Python ${probe.python}` : plain(probe.reason),
    python: candidate.python,
    own: candidate.origin === "own",
  }));
  choices.push({ label: "", kind: vscode.QuickPickItemKind.Separator });
  choices.push({ label: "$(folder-opened) Browse…", description: "a Python that has modgo-lsp" });
  if (search.base() !== undefined) {
    const description = "without a network";
    choices.push({
      label: "$(desktop-download) Set up an environment",
      description,
      command: "modgo.client.setUp",
    });
  }
  const chosen = await vscode.window.showQuickPick(choices, {
    title: "Modgo: choose the Python interpreter",
    placeHolder: "The Python that runs Modgo's language server",
    matchOnDescription: true,
  });
  if (chosen === undefined) return;
  if (chosen.command !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
    return;
  }
  const python = chosen.python ?? (await browse());
  if (python === undefined) return;
  const probe = await search.probe(python);
  if (!probe.ok) {
    throw new UserError(`${python} ${probe.reason}. Run “pip install modgo-lsp” with it, or choose another.`);
  }
  if (chosen.own === true) {
    // It is found without the setting, in which its path would be wrong after an update.
    await currentInterpreterSetting().clear();
    await vscode.commands.executeCommand("modgo.client.restartServer");
  } else {
    await currentInterpreterSetting().set(python); // the server restarts by itself
  }
}

async function browse(): Promise<string | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: "Choose the Python that has modgo-lsp",
    openLabel: "Choose",
    canSelectMany: false,
    defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir()),
  });
  return files?.[0]?.fsPath;
}
