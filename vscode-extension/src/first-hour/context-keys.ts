// The context keys of menus, keybindings and welcome views: whether the active file imports the SDK, and where the packages
// with UDFs are. They are looked for once the server is ready; then only changed files are read. In a workspace without the
// SDK nothing of Modgo shows.
import * as path from "node:path";
import * as vscode from "vscode";
import { findPackages, importsSdk } from "../packages.js";
import type { Server } from "../server/server.js";

/** Time without changes before the packages are looked for again. */
const QUIET_MS = 1000;

export function createContextKeys(server: Server, output: vscode.LogOutputChannel): vscode.Disposable {
  const packages = createPackageKeys(() => server.state.kind !== "idle", output);
  const lookAtEditor = (editor = vscode.window.activeTextEditor) => {
    const document = editor?.document;
    const isUdfFile = document?.languageId === "go" && importsSdk(document.getText());
    set("modgo.udfFile", isUdfFile);
    // VS Code doesn't report the files of a folder that is made at once.
    if (isUdfFile) packages.add(document.uri);
  };
  lookAtEditor();
  return vscode.Disposable.from(
    packages,
    vscode.window.onDidChangeActiveTextEditor(lookAtEditor),
    vscode.workspace.onDidSaveTextDocument(() => {
      lookAtEditor();
    }),
    server.onDidChangeState(({ kind }) => {
      set("modgo.ready", kind === "ready");
      if (kind === "ready") packages.find();
    }),
  );
}

function set(key: string, value: unknown): void {
  void vscode.commands.executeCommand("setContext", key, value);
}

interface PackageKeys {
  /** Adds the package of a Go file that imports the SDK. */
  add(file: vscode.Uri): void;
  /** Looks for all packages, soon. */
  find(): void;
  dispose(): void;
}

/** Reads no file before `isUsed`: nothing has imported the SDK until then. */
function createPackageKeys(isUsed: () => boolean, output: vscode.LogOutputChannel): PackageKeys {
  let folders = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const publish = () => {
    set("modgo.packages", Object.fromEntries([...folders].map((folder) => [folder, true])));
    set("modgo.hasPackages", folders.size > 0);
  };
  const find = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      void findPackages(output).then((found) => {
        folders = new Set(found.map(({ fsPath }) => fsPath));
        publish();
      });
    }, QUIET_MS);
  };
  const folderOf = (file: vscode.Uri) => path.dirname(file.fsPath);
  const add = (file: vscode.Uri) => {
    if (folders.has(folderOf(file))) return;
    folders.add(folderOf(file));
    publish();
  };
  const changed = async (file: vscode.Uri) => {
    if (!isUsed() || file.path.endsWith("_test.go")) return;
    const bytes = await vscode.workspace.fs.readFile(file).then(undefined, () => new Uint8Array()); // it is gone
    if (importsSdk(new TextDecoder().decode(bytes))) add(file);
    else if (folders.has(folderOf(file))) find(); // it may have been the last one
  };

  const watcher = vscode.workspace.createFileSystemWatcher("**/*.go");
  const listeners = vscode.Disposable.from(
    watcher,
    watcher.onDidCreate((file) => void changed(file)),
    watcher.onDidChange((file) => void changed(file)),
    watcher.onDidDelete((file) => {
      if (folders.has(folderOf(file))) find();
    }),
  );
  return {
    add,
    find,
    dispose() {
      clearTimeout(timer);
      listeners.dispose();
    },
  };
}
