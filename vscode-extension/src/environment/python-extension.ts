// The environments that the user has selected in the Python extension, if it is installed.
import { setTimeout as pause } from "node:timers/promises";
import { PVSC_EXTENSION_ID, PythonExtension } from "@vscode/python-extension";
import * as vscode from "vscode";

/** The Python extension activates in a second or two, and may hang. */
const LIMIT_MS = 5000;

export interface PythonSelection {
  /** Returns the Pythons selected for the folders, none if the Python extension doesn't answer in time. */
  pythons(folders: readonly vscode.WorkspaceFolder[]): Promise<string[]>;
  /** Fires after the first call of `pythons`. */
  readonly onDidChange: vscode.Event<void>;
}

export function createPythonSelection(
  context: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
): PythonSelection {
  const changed = new vscode.EventEmitter<void>();
  let listening = false;

  const ask = async (folders: readonly vscode.WorkspaceFolder[]) => {
    const { environments } = await PythonExtension.api();
    if (!listening) {
      listening = true;
      const listener = environments.onDidChangeActiveEnvironmentPath(() => {
        changed.fire();
      });
      context.subscriptions.push(listener);
    }
    const resources = folders.length === 0 ? [undefined] : folders.map(({ uri }) => uri);
    const selected = await Promise.all(
      resources.map((each) => environments.resolveEnvironment(environments.getActiveEnvironmentPath(each))),
    );
    return selected.flatMap((environment) => environment?.executable.uri?.fsPath ?? []);
  };

  return {
    onDidChange: changed.event,
    async pythons(folders) {
      if (vscode.extensions.getExtension(PVSC_EXTENSION_ID) === undefined) return [];
      try {
        const found = await Promise.race([ask(folders), pause(LIMIT_MS)]);
        if (found === undefined)
          output.warn(`The Python extension didn't answer within ${LIMIT_MS / 1000} s`);
        return found ?? [];
      } catch (error) {
        output.warn(`The Python extension gave no environments: ${String(error)}`);
        return [];
      }
    },
  };
}
