// The command that makes a UDF module: it asks for a name, a kind and a place, and opens the UDF. The server writes the
// files, so that they are those of `modgo new`.
import * as path from "node:path";
import * as vscode from "vscode";
import { type CommandContext, type CommandFactory, runOnServer } from "../commands/command.js";
import { UserError } from "../errors.js";
import { showInformation } from "../messages.js";
import { plain } from "../plain-text.js";
import type { CommandError } from "../server/command-results.js";
import { completeStep } from "./walkthrough.js";

export const newModule: CommandFactory = {
  id: "modgo.client.new",
  needsTrust: true,
  create: (context) => async (argument) => {
    const name = await askName();
    if (name === undefined) return;
    const kind = await askKind();
    if (kind === undefined) return;
    const folder = await askFolder(name, argument);
    if (folder !== undefined) await make(context, folder, kind);
  },
};

type Kind = "record" | "stream";

/** The result of `modgo.new`. */
type NewModuleResult =
  | { readonly ok: true; readonly folder: string; readonly name: string; readonly path: string }
  | { readonly ok: false; readonly error: CommandError };

/** Asks for the name. In an empty folder it begins as the folder's: the module can be made there. */
async function askName(): Promise<string | undefined> {
  const [folder, ...others] = vscode.workspace.workspaceFolders ?? [];
  const isFresh = folder !== undefined && others.length === 0 && (await isEmpty(folder.uri));
  return vscode.window.showInputBox({
    title: "New UDF module (1/3)",
    prompt: "Clients call the module by this name",
    placeHolder: "limiter",
    value: isFresh ? path.basename(folder.uri.fsPath) : "",
    ignoreFocusOut: true,
    // The server refuses the few other names that Go can't have.
    validateInput: (name) =>
      /^[A-Za-z][\w-]*$/.test(name) ? undefined : "A letter, then letters, digits, - and _, such as limiter",
  });
}

async function askKind(): Promise<Kind | undefined> {
  const items: (vscode.QuickPickItem & { kindOfUdf: Kind })[] = [
    {
      label: "$(symbol-field) Record UDF",
      detail: "Reads and changes one record: counters, limits, sessions",
      kindOfUdf: "record",
    },
    {
      label: "$(list-tree) Stream UDF",
      detail: "Aggregates the records of a query: sums, groups, distinct values",
      kindOfUdf: "stream",
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: "New UDF module (2/3)",
    placeHolder: "What should its first function do?",
    ignoreFocusOut: true,
  });
  return picked?.kindOfUdf;
}

/** Returns the folder to make, or undefined if cancelled. `argument` is the folder of the Explorer's menu. */
async function askFolder(name: string, argument: unknown): Promise<vscode.Uri | undefined> {
  if (argument instanceof vscode.Uri) return vscode.Uri.joinPath(argument, name);
  const items: (vscode.QuickPickItem & { folder?: vscode.Uri })[] = [];
  for (const { uri, name: workspace } of vscode.workspace.workspaceFolders ?? []) {
    if (uri.scheme !== "file") continue;
    const below = vscode.Uri.joinPath(uri, name);
    items.push({
      label: `$(folder) ${plain(`${workspace}/${name}`)}`,
      description: plain(below.fsPath),
      folder: below,
    });
    if (path.basename(uri.fsPath) === name && (await isEmpty(uri))) {
      items.unshift({ label: "$(root-folder) This folder", description: plain(uri.fsPath), folder: uri });
    }
  }
  if (items.length > 0) {
    items.push({ label: "$(folder-opened) Another folder…" });
    const picked = await vscode.window.showQuickPick(items, {
      title: "New UDF module (3/3)",
      placeHolder: "Where should it be?",
      ignoreFocusOut: true,
    });
    if (picked === undefined || picked.folder !== undefined) return picked?.folder;
  }
  const parents = await vscode.window.showOpenDialog({
    title: "New UDF module: choose the folder above it",
    openLabel: "Make it here",
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
  });
  return parents?.[0] === undefined ? undefined : vscode.Uri.joinPath(parents[0], name);
}

async function isEmpty(folder: vscode.Uri): Promise<boolean> {
  const entries = await vscode.workspace.fs.readDirectory(folder);
  return entries.every(([name]) => name === ".git");
}

async function make(context: CommandContext, folder: vscode.Uri, kind: Kind): Promise<void> {
  const name = path.basename(folder.fsPath);
  const argument = JSON.stringify({ uri: folder.toString(), options: { stream: kind === "stream" } });
  const text = await runOnServer(context, { title: `making ${name}`, command: "modgo.new", argument });
  if (text === undefined) return;
  const result = JSON.parse(text) as NewModuleResult;
  if (!result.ok) throw new UserError(result.error.message);
  context.output.info(`Made ${result.folder}`);
  void completeStep("new");
  // The server has asked the editor to open the UDF.
  if (vscode.workspace.getWorkspaceFolder(folder) !== undefined) return;
  const [open, add] = ["Open Folder", "Add to Workspace"] as const;
  const chosen = await showInformation(`Made the UDF module ${name}`, open, add);
  if (chosen === open) await vscode.commands.executeCommand("vscode.openFolder", folder);
  if (chosen === add) {
    const count = vscode.workspace.workspaceFolders?.length ?? 0;
    vscode.workspace.updateWorkspaceFolders(count, 0, { uri: folder });
  }
}
