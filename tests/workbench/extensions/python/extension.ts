// The part of the Python extension's API that tells the selected environment: the Python whose path is in the file
// $PYTHON_SELECTED, which may change.
import { readFileSync, watchFile } from "node:fs";
import type {
  ActiveEnvironmentPathChangeEvent,
  Environment,
  EnvironmentPath,
  PythonExtension,
  Resource,
} from "@vscode/python-extension";
import * as vscode from "vscode";

type Environments = Pick<
  PythonExtension["environments"],
  "getActiveEnvironmentPath" | "resolveEnvironment" | "onDidChangeActiveEnvironmentPath"
>;

const FILE = process.env["PYTHON_SELECTED"] ?? "";

export function activate(): { readonly environments: Environments } {
  const changed = new vscode.EventEmitter<ActiveEnvironmentPathChangeEvent>();
  watchFile(FILE, { interval: 200 }, () => {
    // The Python extension reports a change for each folder, and one without a folder.
    for (const resource of [...(vscode.workspace.workspaceFolders ?? []), undefined]) {
      changed.fire({ ...selected(), resource });
    }
  });
  return {
    environments: {
      getActiveEnvironmentPath: (_resource?: Resource) => selected(),
      resolveEnvironment: async ({ path }: EnvironmentPath) =>
        ({ id: path, path, executable: { uri: vscode.Uri.file(path) } }) as Environment & {
          executable: { uri: vscode.Uri };
        },
      onDidChangeActiveEnvironmentPath: changed.event,
    } as Environments,
  };
}

function selected(): EnvironmentPath {
  const path = readFileSync(FILE, "utf8").trim();
  return { id: path, path };
}
