// Starts a debug session for a target: that of a lens, of the palette, or of a case in the Test Explorer.
import * as path from "node:path";
import * as vscode from "vscode";
import { saveAll } from "../commands/command.js";
import { UserError } from "../errors.js";
import { activeGoFile, type Target } from "../packages.js";
import { debugConfiguration } from "./debugging.js";

/** What a lens or a test passes. */
export interface DebugTarget extends Target {
  /** The case that has the function, the arguments and the records. */
  readonly case?: { readonly file: string; readonly name: string };
}

/** A run of the Test Explorer. VS Code ends it and the session together. */
export interface DebugRun {
  readonly testRun: vscode.TestRun;
  /** Is in the configuration of the session. */
  readonly id: string;
}

/** Saves all files, then starts a session. Returns whether it has started. Throws a UserError. */
export async function startDebugging(target?: DebugTarget, run?: DebugRun): Promise<boolean> {
  await saveAll();
  const uri = target === undefined ? activeGoFile() : vscode.Uri.parse(target.uri);
  if (uri === undefined) {
    throw new UserError("There is no Go file to debug: open the file of a UDF, then start again.");
  }
  const { function: name, args, record, records } = target ?? {};
  const { name: named, file: caseFile } = target?.case ?? {};
  const given = { function: name, args, record, records, case: named, caseFile, [RUN]: run?.id };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const config = debugConfiguration(named ?? name ?? "UDF", packageOf(uri.fsPath), set);
  const options = run === undefined ? {} : { testRun: run.testRun };
  return vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), config, options);
}

const RUN = "testRun";

/** Whether a session was started for a run. */
export function isOfRun({ configuration }: vscode.DebugSession, { id }: DebugRun): boolean {
  return configuration[RUN] === id;
}

/** The package of a Go file, of a sample or case in its testdata/udf, or the folder itself. */
function packageOf(file: string): string {
  const folder = path.dirname(file);
  if (path.basename(folder) === "udf" && path.basename(path.dirname(folder)) === "testdata") {
    return path.dirname(path.dirname(folder));
  }
  return file;
}
