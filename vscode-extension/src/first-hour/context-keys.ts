// The context keys of menus, keybindings and welcome views: whether the active file imports the SDK, and where the packages
// with UDFs are. In a workspace without the SDK nothing of Modgo shows.
import * as path from "node:path";
import * as vscode from "vscode";
import { findPackages, importsSdk } from "../packages.js";
import type { Server } from "../server/server.js";

/** Time without changes before the packages are looked for again. */
const QUIET_MS = 1000;

export function createContextKeys(server: Server): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;

  const set = (key: string, value: unknown) => void vscode.commands.executeCommand("setContext", key, value);
  let packages: Readonly<Record<string, boolean>> = {};
  const lookAtEditor = (editor = vscode.window.activeTextEditor) => {
    const document = editor?.document;
    const isUdfFile = document?.languageId === "go" && importsSdk(document.getText());
    set("modgo.udfFile", isUdfFile);
    // VS Code doesn't report the files of a folder that is made at once.
    if (isUdfFile && packages[path.dirname(document.uri.fsPath)] === undefined) later();
  };
  const lookAtWorkspace = async () => {
    const folders = await findPackages();
    packages = Object.fromEntries(folders.map(({ fsPath }) => [fsPath, true]));
    set("modgo.packages", packages);
    set("modgo.hasPackages", folders.length > 0);
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void lookAtWorkspace(), QUIET_MS);
  };

  const watcher = vscode.workspace.createFileSystemWatcher("**/*.go");
  lookAtEditor();
  later();
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(later),
    watcher.onDidDelete(later),
    watcher.onDidChange(later),
    vscode.window.onDidChangeActiveTextEditor(lookAtEditor),
    vscode.workspace.onDidSaveTextDocument(() => {
      lookAtEditor();
    }),
    server.onDidChangeState(({ kind }) => {
      set("modgo.ready", kind === "ready");
    }),
    new vscode.Disposable(() => {
      clearTimeout(timer);
    }),
  );
}
