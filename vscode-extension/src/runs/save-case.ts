// Saves a run as a case: the server appends it to testdata/udf/FUNCTION.case.yaml.
import * as vscode from "vscode";
import { type CommandContext, runOnServer } from "../commands/command.js";
import { UserError } from "../errors.js";
import { flatJson, JsonObject } from "../results/exact-json.js";
import { type CallResult, readCall } from "../server/command-results.js";
import { type Answer, contextOf, type Run, callArgument } from "./run.js";
import { openSource } from "./source-places.js";

interface SavedCase {
  readonly ok: boolean;
  readonly error?: { readonly message: string };
  readonly path?: string;
  readonly line?: number;
}

/** Saves the run and opens its case. Returns what to announce. */
export async function saveAsCase(context: CommandContext, run: Run): Promise<string> {
  const argument = caseArgument(run, readCall(run.answer));
  const request = { title: `saving a case of ${run.request.function}`, command: "modgo.saveCase", argument };
  const text = await runOnServer(context, request);
  if (text === undefined) return "";
  const { ok, error, path, line } = JSON.parse(text) as SavedCase;
  if (!ok || path === undefined) throw new UserError(error?.message ?? "The case was not saved.");
  const uri = vscode.Uri.file(path);
  await untilReloaded(uri);
  await openSource(uri, line ?? 1);
  return `Saved as a case in ${path}`;
}

const RELOAD_MS = 3000;

/** Waits until the document has the text of its file: if it is open, VS Code reads it a moment after a change. */
async function untilReloaded(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  if (document.getText() === text) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      listener.dispose();
      resolve();
    };
    const timer = setTimeout(done, RELOAD_MS);
    const listener = vscode.workspace.onDidChangeTextDocument(() => {
      if (document.getText() === text) done();
    });
  });
}

/** The call, with what to expect: its result or error, the record and the operations. */
function caseArgument(run: Run, result: CallResult): string {
  const { sample } = contextOf(JSON.parse(run.answer) as Answer);
  const choice = run.request.sample;
  const named =
    choice.kind === "own" && sample !== null
      ? ({ kind: "file", name: sample.split("/").at(-1) ?? "" } as const)
      : choice.kind === "own"
        ? ({ kind: "none" } as const)
        : choice;
  const expect = [
    result.ok ? `"result":${flatJson(result.result)}` : `"error":${JSON.stringify(result.error.message)}`,
  ];
  if (result.record !== undefined && (result.operations ?? []).length > 0) {
    const { after } = result.record;
    const bins = after instanceof JsonObject ? after.get("bins") : undefined;
    expect.push(`"record":${bins === undefined ? "null" : `{"bins":${flatJson(bins)}}`}`);
  }
  if (result.operations !== undefined) expect.push(`"operations":${JSON.stringify(result.operations)}`);
  const call = callArgument({ ...run.request, sample: named }, result.nodes !== undefined);
  return `${call.slice(0, -1)},"expect":{${expect.join(",")}}}`;
}
