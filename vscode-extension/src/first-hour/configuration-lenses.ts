// Lenses at the beginning of modgo.toml: build the module beside it, and show the findings that its settings let through.
import * as path from "node:path";
import * as vscode from "vscode";

const SELECTOR: vscode.DocumentSelector = { scheme: "file", pattern: "**/modgo.toml" };

export function createConfigurationLenses(): vscode.Disposable {
  return vscode.languages.registerCodeLensProvider(SELECTOR, {
    async provideCodeLenses({ uri }) {
      const start = new vscode.Range(0, 0, 0, 0);
      const folder = vscode.Uri.joinPath(uri, "..");
      const entries = await vscode.workspace.fs.readDirectory(folder);
      const isPackage = entries.some(([name]) => path.extname(name) === ".go");
      return [
        new vscode.CodeLens(start, {
          title: "Show findings",
          tooltip: "The findings that these settings let through",
          command: "workbench.actions.view.problems",
        }),
        new vscode.CodeLens(start, {
          title: "Build",
          tooltip: isPackage ? "Build the module in this folder" : "Build one of the modules",
          command: "modgo.client.build",
          ...(isPackage ? { arguments: [{ uri: folder.toString() }] } : {}),
        }),
      ];
    },
  });
}
