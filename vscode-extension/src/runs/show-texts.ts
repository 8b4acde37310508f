// Opens what a run gave in editors of VS Code: the change of the record as a diff, and long values and logs.
import * as vscode from "vscode";
import { escapeHidden } from "../results/exact-json.js";
import { readCall } from "../server/command-results.js";
import type { LongText } from "./protocol.js";
import type { ReadOnlyTexts } from "./read-only-texts.js";
import { formatRecord } from "./record-text.js";
import type { Run } from "./run.js";

export async function showRecordDiff(texts: ReadOnlyTexts, run: Run): Promise<void> {
  const { record } = readCall(run.answer);
  if (record === undefined) return;
  const name = escapeHidden(run.request.function);
  const [before, after] = (["before", "after"] as const).map((side) =>
    texts.write(`/${name}/${run.id}/${side}.jsonc`, formatRecord(run, record[side]), run.package),
  );
  const options: vscode.TextDocumentShowOptions = { preview: true };
  await vscode.commands.executeCommand(
    "vscode.diff",
    before,
    after,
    `${name}: record before ↔ after`,
    options,
  );
}

const NAMES = { json: "value.json", text: "value.txt", log: "lines.log" } as const;
let opened = 0;

export async function showLongText(texts: ReadOnlyTexts, { kind, text }: LongText): Promise<void> {
  const uri = texts.write(`/${++opened}/${NAMES[kind]}`, text);
  await vscode.window.showTextDocument(uri, { preview: true });
}
