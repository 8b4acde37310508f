// Opens the places of a run in the editor.
import * as vscode from "vscode";
import { type Answer, contextOf, placeOf, type Run, sourceOf } from "./run.js";

/** Opens a place "counters.go:12" that the run's answer names. */
export async function openPlace(run: Run, text: string): Promise<void> {
  const place = placeOf(text);
  if (place === undefined) return;
  const file = sourceOf(contextOf(JSON.parse(run.answer) as Answer), place);
  if (file !== undefined) await openSource(vscode.Uri.file(file), place.line);
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
