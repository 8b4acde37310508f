// The command that debugs a UDF: of the palette, of the lens "Debug", and of a case in the Test Explorer.
import * as path from "node:path";
import * as vscode from "vscode";
import { UserError } from "../errors.js";
import { debugConfiguration } from "../debug/debugging.js";
import { activeGoFile, isTarget, type Target } from "../packages.js";
import { type CommandFactory, saveAll } from "./command.js";

/** What a lens or a test passes. */
interface DebugTarget extends Target {
  /** The case that has the function, the arguments and the records. */
  readonly case?: string | { readonly name: string };
}

const debug: CommandFactory = {
  id: "modgo.client.debug",
  needsTrust: true,
  create: () => async (argument) => {
    await saveAll();
    const target: DebugTarget | undefined = isTarget(argument) ? argument : undefined;
    const uri = target === undefined ? activeGoFile() : vscode.Uri.parse(target.uri);
    if (uri === undefined) {
      throw new UserError("There is no Go file to debug: open the file of a UDF, then start again.");
    }
    const { function: name, args, record, records } = target ?? {};
    const named = typeof target?.case === "object" ? target.case.name : target?.case;
    const given = { function: name, args, record, records, case: named };
    const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const config = debugConfiguration(named ?? name ?? "UDF", packageOf(uri.fsPath), set);
    await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), config);
  },
};

/** The package of a Go file, of a sample or case in its testdata/udf, or the folder itself. */
function packageOf(file: string): string {
  const folder = path.dirname(file);
  if (path.basename(folder) === "udf" && path.basename(path.dirname(folder)) === "testdata") {
    return path.dirname(path.dirname(folder));
  }
  return file;
}

export const debugCommands: readonly CommandFactory[] = [debug];
