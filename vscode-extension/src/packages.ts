// The UDF package of a command: its argument, that of the active editor, or one that the user chooses.
import * as path from "node:path";
import * as vscode from "vscode";
import { showError } from "./messages.js";
import { plain } from "./plain-text.js";
import { filesWith, sdkModules } from "./sdk-use.js";

const SDK_IMPORT = '"github.com/GeertJohan/aerospike-mod-go/udf"';
const EXCLUDED = "**/{vendor,node_modules,testdata,target,_*,.*}/**";
/** In a module. */
const MAX_FILES = 5000;

/** The argument that code lenses pass to a command: a file or folder of the package, and a function. */
export interface Target {
  readonly uri: string;
  readonly function?: string;
  readonly args?: readonly unknown[];
  /** The file of a sample to run on in place of the function's own, relative to the package's folder. */
  readonly record?: string;
  readonly records?: string;
}

export function isTarget(value: unknown): value is Target {
  return typeof value === "object" && value !== null && "uri" in value && typeof value.uri === "string";
}

/** Returns the package's URI, or undefined if the user cancelled or there is none, which is shown. */
export async function choosePackage(
  argument: unknown,
  output: vscode.LogOutputChannel,
): Promise<string | undefined> {
  if (isTarget(argument)) return argument.uri;
  if (argument instanceof vscode.Uri) return argument.toString(); // a folder or file of the Explorer
  const active = activeGoFile();
  if (active !== undefined) return active.toString();
  const folders = await findPackages(output);
  if (folders.length <= 1) {
    if (folders[0] !== undefined) return folders[0].toString();
    void showError(
      "Modgo found no UDF package in this workspace: no Go file imports the SDK. Open a Go file of the package to build.",
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    folders.map((uri) => ({
      label: plain(path.posix.basename(uri.path)),
      description: plain(vscode.workspace.asRelativePath(uri)),
      uri,
    })),
    { title: "UDF package", placeHolder: "Which package?", matchOnDescription: true },
  );
  return picked?.uri.toString();
}

/** Returns the folder of the package of a URI, which is that folder or a Go file in it. */
export function packageFolder(uri: string): string {
  const { path: file } = vscode.Uri.parse(uri);
  return file.endsWith(".go") ? path.posix.dirname(file) : file;
}

/** Returns the Go file in the active editor, else the only visible one: the output or a result may have the focus. */
export function activeGoFile(): vscode.Uri | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  if (activeTextEditor !== undefined && isGoFile(activeTextEditor)) return activeTextEditor.document.uri;
  const visible = new Map(
    visibleTextEditors.filter(isGoFile).map(({ document: { uri } }) => [uri.toString(), uri]),
  );
  return visible.size === 1 ? [...visible.values()][0] : undefined;
}

function isGoFile({ document }: vscode.TextEditor): boolean {
  return document.languageId === "go" && document.uri.scheme === "file";
}

/** Returns whether the text of a Go file imports the SDK. */
export function importsSdk(text: string): boolean {
  return text.includes(SDK_IMPORT);
}

/** Returns the folders with a Go file that imports the SDK, sorted by path. */
export async function findPackages(output: vscode.LogOutputChannel): Promise<vscode.Uri[]> {
  const files = (await findGoFiles(output)).filter((file) => !file.path.endsWith("_test.go"));
  const found = new Map<string, vscode.Uri>();
  for (const file of await filesWith(SDK_IMPORT, files)) {
    const folder = vscode.Uri.joinPath(file, "..");
    found.set(folder.toString(), folder);
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The Go files of the modules that require the SDK, all of them, and others of the workspace, up to a limit. */
async function findGoFiles(output: vscode.LogOutputChannel): Promise<vscode.Uri[]> {
  const modules = await sdkModules(EXCLUDED);
  const places = [
    ...modules.map((file) => new vscode.RelativePattern(vscode.Uri.joinPath(file, ".."), "**/*.go")),
    "**/*.go", // a module may get the SDK from a go.work, or not have it yet
  ];
  const files = new Map<string, vscode.Uri>(); // a module can be in the folder of another
  for (const place of places) {
    const found = await vscode.workspace.findFiles(place, EXCLUDED, MAX_FILES);
    for (const file of found) files.set(file.toString(), file);
    if (found.length === MAX_FILES) {
      const where = typeof place === "string" ? "the workspace" : place.baseUri.fsPath;
      output.warn(`${where} has ${MAX_FILES} Go files or more: UDF packages may be missing from lists`);
    }
  }
  return [...files.values()];
}
