// The command of the quick fix that adds the SDK to go.mod.
import * as path from "node:path";
import * as vscode from "vscode";
import { type CommandFactory, runOnServer, saveAll } from "../commands/command.js";
import { UserError } from "../errors.js";
import { showInformation } from "../messages.js";
import { choosePackage } from "../packages.js";
import type { CommandError } from "../server/command-results.js";

/** The result of `modgo.addSdk`. */
type AddSdkResult =
  | { readonly ok: true; readonly version: string; readonly go_mod: string }
  | { readonly ok: false; readonly error: CommandError };

export const addSdk: CommandFactory = {
  id: "modgo.client.addSdk",
  needsTrust: true,
  create: (context) => async (argument) => {
    const uri = await choosePackage(argument, context.output);
    if (uri === undefined) return;
    await saveAll(); // go.mod may be open
    const request = { title: "adding the SDK", command: "modgo.addSdk", argument: JSON.stringify({ uri }) };
    const text = await runOnServer(context, request);
    if (text === undefined) return;
    const result = JSON.parse(text) as AddSdkResult;
    if (!result.ok) throw new UserError(result.error.message);
    const file = vscode.Uri.file(result.go_mod);
    const shown = vscode.workspace.asRelativePath(file);
    const open = `Open ${path.basename(result.go_mod)}`;
    const chosen = await showInformation(`${shown} requires the SDK ${result.version}`, open);
    if (chosen === open) await vscode.window.showTextDocument(file);
  },
};
