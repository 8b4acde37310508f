// Which UDF a command is about: the one a lens names, or one of those in the active file.
// Not for packages: packages.ts.
import * as vscode from "vscode";
import { activeGoFile, isTarget } from "./packages.js";
import { showError } from "./messages.js";
import { plain } from "./plain-text.js";

/** The command behind lenses that name a UDF. */
export const RUN_ON_SAMPLE = "modgo.client.runOnSample";

export interface Call {
  readonly uri: string;
  readonly function: string;
}

/**
 * The function a lens names, else one of those that the active file's lenses offer to run; undefined when the
 * user turned away or was told that there is none. `title` says what it is chosen for.
 */
export async function chooseCall(argument: unknown, title: string): Promise<Call | undefined> {
  if (isTarget(argument) && argument.function !== undefined) {
    return { uri: argument.uri, function: argument.function };
  }
  const file = activeGoFile();
  const calls = file === undefined ? [] : await callsIn(file);
  if (calls.length <= 1) {
    if (calls[0] !== undefined) return calls[0];
    void showError(
      "Modgo found no registered UDF here: open a Go file with udf.Register calls. " +
        "A function is a UDF once it is registered.",
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    calls.map((call) => ({ label: plain(call.function), call })),
    { title, placeHolder: "Which function?" },
  );
  return picked?.call;
}

async function callsIn(file: vscode.Uri): Promise<Call[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    file,
    100, // as many as are resolved
  );
  const calls = new Map<string, Call>();
  for (const { command } of lenses) {
    if (command?.command !== RUN_ON_SAMPLE) continue;
    const target: unknown = command.arguments?.[0];
    if (isTarget(target) && target.function !== undefined) {
      calls.set(target.function, { uri: target.uri, function: target.function });
    }
  }
  return [...calls.values()];
}
