// Opens the places of a run in the editor.
import * as vscode from "vscode";
import { udfsIn } from "../debug/udfs-in-file.js";
import { type Answer, contextOf, placeOf, type Run, sourceOf } from "./run.js";

/** Opens a place "counters.go:12" that the run's answer names. */
export async function openPlace(run: Run, text: string): Promise<void> {
  const place = placeOf(text);
  if (place === undefined) return;
  const file = sourceOf(contextOf(JSON.parse(run.answer) as Answer), place);
  if (file !== undefined) await openSource(vscode.Uri.file(file), place.line);
}

/** Opens the function of a run where it is now; where it was then if its file no longer has it. */
export async function openFunction(run: Run): Promise<void> {
  const context = contextOf(JSON.parse(run.answer) as Answer);
  const place = placeOf(context.function?.location ?? "");
  const file = place === undefined ? undefined : sourceOf(context, place);
  if (place === undefined || file === undefined) return;
  const uri = vscode.Uri.file(file);
  const udf = (await udfsIn(uri)).find(({ name }) => name === run.request.function);
  await openSource(uri, udf === undefined ? place.line : udf.first + 1);
}

/** Line and column count from 1. */
export async function openSource(uri: vscode.Uri, line: number, column = 1): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const at = document.validatePosition(new vscode.Position(line - 1, column - 1));
  const indented = document.lineAt(at.line).firstNonWhitespaceCharacterIndex;
  const position = at.character === 0 ? at.with({ character: indented }) : at;
  const column_ = vscode.window.visibleTextEditors.find(
    (editor) => editor.document.uri.toString() === uri.toString(),
  )?.viewColumn;
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(position, position),
    ...(column_ !== undefined && { viewColumn: column_ }),
  });
}
