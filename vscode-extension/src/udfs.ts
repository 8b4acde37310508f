// The UDF of a command: its argument, or one of those in the active file.
import * as vscode from "vscode";
import { activeGoFile, isTarget, type Target } from "./packages.js";
import { showError } from "./messages.js";
import { plain } from "./plain-text.js";
import type { Server } from "./server/server.js";

/** The command of code lenses that name a UDF. */
export const RUN_ON_SAMPLE = "modgo.client.runOnSample";

export interface Call {
  readonly uri: string;
  readonly function: string;
  /** The name of a sample in testdata/udf to run on; undefined for the function's own. */
  readonly sampleFile?: string;
}

/**
 * Returns the UDF of the argument, else one of those that the code lenses of the active file name; undefined if the user
 * cancelled or there is none, which is shown. `title` is the title of the list to choose from. Rejects with a UserError if the
 * server, which makes the lenses, isn't running.
 */
export async function chooseCall(
  server: Server,
  argument: unknown,
  title: string,
): Promise<Call | undefined> {
  if (isTarget(argument) && argument.function !== undefined) {
    return callOf(argument, argument.function);
  }
  // A Go file or sample of the Explorer, or the one that is active now.
  const file = argument instanceof vscode.Uri ? argument : (activeSample() ?? activeGoFile());
  await server.ready();
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

function callOf({ uri, record, records }: Target, name: string): Call {
  const sampleFile = (record ?? records)?.split("/").at(-1);
  if (sampleFile === undefined) return { uri, function: name };
  // The sample is in testdata/udf of the package.
  const folder = vscode.Uri.joinPath(vscode.Uri.parse(uri), "../../..");
  return { uri: folder.toString(), function: name, sampleFile };
}

function activeSample(): vscode.Uri | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri !== undefined && /\/testdata\/udf\/[^/]+\.records?\.jsonl?$/.test(uri.path) ? uri : undefined;
}

async function callsIn(file: vscode.Uri): Promise<Call[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    file,
    100, // the number of lenses to resolve
  );
  const calls = new Map<string, Call>();
  for (const { command } of lenses) {
    if (command?.command !== RUN_ON_SAMPLE) continue;
    const target: unknown = command.arguments?.[0];
    if (isTarget(target) && target.function !== undefined) {
      calls.set(target.function, callOf(target, target.function));
    }
  }
  return [...calls.values()];
}
