// Whether the workspace uses the Go SDK for UDFs. Where it doesn't, Modgo starts nothing and shows nothing.
import { open } from "node:fs/promises";
import * as vscode from "vscode";
import { inParallel } from "./in-parallel.js";

const SDK = "github.com/GeertJohan/aerospike-mod-go/udf";
/** More than the largest go.mod, and than the imports of a Go file. */
const HEAD_BYTES = 65_536;
const HEAD_LINES = 400;
const MAX_MODULES = 500;
/** Files that are read at a time. */
const READS = 16;
const EXCLUDED = "**/{node_modules,vendor,.git}/**";

/** Calls `onUse` once: now if the workspace uses the SDK, else when a file that does is opened, edited or added. */
export function whenSdkIsUsed(onUse: () => void): vscode.Disposable {
  const listeners: vscode.Disposable[] = [];
  let used = false;
  const use = () => {
    if (used) return;
    used = true;
    vscode.Disposable.from(...listeners).dispose();
    onUse();
  };
  const look = (document: vscode.TextDocument) => {
    if (!used && isGo(document) && headOf(document).includes(SDK)) use();
  };
  const watcher = vscode.workspace.createFileSystemWatcher("**/go.mod", false, false, true);
  const useIf = (mentioned: boolean) => {
    if (mentioned) use();
  };
  const lookAtFile = (uri: vscode.Uri) => void mentionsSdk(uri).then(useIf);
  listeners.push(
    watcher,
    watcher.onDidCreate(lookAtFile),
    watcher.onDidChange(lookAtFile),
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      look(document);
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void search().then(useIf)),
  );
  vscode.workspace.textDocuments.forEach(look);
  void search().then(useIf);
  return new vscode.Disposable(() => {
    used = true;
    vscode.Disposable.from(...listeners).dispose();
  });
}

function isGo({ uri, languageId }: vscode.TextDocument): boolean {
  return uri.scheme === "file" && (languageId === "go" || uri.path.endsWith("/go.mod"));
}

function headOf(document: vscode.TextDocument): string {
  return document.getText(new vscode.Range(0, 0, HEAD_LINES, 0)).slice(0, HEAD_BYTES);
}

/** Whether a go.mod of the workspace mentions the SDK. */
async function search(): Promise<boolean> {
  return (await sdkModules(EXCLUDED)).length > 0;
}

/** Returns the files go.mod of the workspace that mention the SDK. */
export async function sdkModules(excluded: string): Promise<vscode.Uri[]> {
  return filesWith(SDK, await vscode.workspace.findFiles("**/go.mod", excluded, MAX_MODULES));
}

/** Returns those of the files that have a text at their beginning. */
export async function filesWith(text: string, files: readonly vscode.Uri[]): Promise<vscode.Uri[]> {
  const has = await inParallel(files, READS, async (file) => (await readHead(file)).includes(text));
  return files.filter((_, index) => has[index]);
}

async function mentionsSdk(file: vscode.Uri): Promise<boolean> {
  return (await readHead(file)).includes(SDK);
}

async function readHead({ fsPath }: vscode.Uri): Promise<string> {
  try {
    const file = await open(fsPath, "r");
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return ""; // it has been removed, or can't be read
  }
}
