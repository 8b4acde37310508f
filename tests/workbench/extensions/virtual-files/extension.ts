// The file system "virtual": the files of the folder $VIRTUAL_FILES, read-only, as though they came from elsewhere.
import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

export function activate(context: vscode.ExtensionContext): void {
  const root = process.env["VIRTUAL_FILES"] ?? "";
  const found = <Result>(uri: vscode.Uri, read: (file: string) => Result): Result => {
    try {
      return read(path.join(root, uri.path));
    } catch {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
  };
  const refused = (uri: vscode.Uri): never => {
    throw vscode.FileSystemError.NoPermissions(uri);
  };
  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
    watch: () => new vscode.Disposable(() => undefined),
    stat: (uri) => {
      const stats = found(uri, (file) => statSync(file));
      const type = stats.isDirectory() ? vscode.FileType.Directory : vscode.FileType.File;
      return { type, ctime: stats.ctimeMs, mtime: stats.mtimeMs, size: stats.size };
    },
    readDirectory: (uri) =>
      found(uri, (folder) =>
        readdirSync(folder, { withFileTypes: true }).map((entry): [string, vscode.FileType] => [
          entry.name,
          entry.isDirectory() ? vscode.FileType.Directory : vscode.FileType.File,
        ]),
      ),
    readFile: (uri) => found(uri, (file) => readFileSync(file)),
    createDirectory: refused,
    writeFile: refused,
    delete: refused,
    rename: refused,
  };
  context.subscriptions.push(
    vscode.workspace.registerFileSystemProvider("virtual", provider, { isReadonly: true }),
  );
}
