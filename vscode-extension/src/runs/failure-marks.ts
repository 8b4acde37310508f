// Marks the source line of a failed run as a problem, until the text of its file changes or the function runs again.
import * as vscode from "vscode";
import { plain } from "../plain-text.js";
import { type Answer, contextOf, placeOf, type Run, sourceOf, statusOf } from "./run.js";
import type { CallResult } from "../server/command-results.js";

export interface FailureMarks {
  /** Marks the line of the run's failure, and removes the mark of the function's last run. */
  update(run: Run): void;
  dispose(): void;
}

export function createFailureMarks(): FailureMarks {
  const collection = vscode.languages.createDiagnosticCollection("modgo runs");
  const marks = new Map<string, { uri: vscode.Uri; diagnostic: vscode.Diagnostic }>();

  const publish = (uri: vscode.Uri) => {
    const here = [...marks.values()].filter((mark) => mark.uri.toString() === uri.toString());
    collection.set(
      uri,
      here.map(({ diagnostic }) => diagnostic),
    );
  };
  const listener = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (contentChanges.length === 0) return;
    const changed = document.uri.toString();
    for (const [key, { uri }] of marks) if (uri.toString() === changed) marks.delete(key);
    if (collection.has(document.uri)) publish(document.uri);
  });

  return {
    update(run) {
      const key = `${run.package}\n${run.request.function}`;
      const old = marks.get(key);
      marks.delete(key);
      if (old !== undefined) publish(old.uri);
      const mark = markOf(run);
      if (mark === undefined) return;
      marks.set(key, mark);
      publish(mark.uri);
    },
    dispose() {
      listener.dispose();
      collection.dispose();
    },
  };
}

function markOf(run: Run): { uri: vscode.Uri; diagnostic: vscode.Diagnostic } | undefined {
  const answer = JSON.parse(run.answer) as Answer;
  const { error } = answer;
  if (error === undefined || statusOf(answer as CallResult) === "asks") return undefined;
  const context = contextOf(answer);
  // An error that a UDF returns has no frames: the function itself is marked.
  for (const text of [...(error.frames ?? []), context.function?.location ?? ""]) {
    const place = placeOf(text);
    const file = place === undefined ? undefined : sourceOf(context, place);
    if (place === undefined || file === undefined) continue;
    const uri = vscode.Uri.file(file);
    const range = lineRange(uri, place.line - 1);
    const returned = error.kind === "udf"; // maybe as it should
    const diagnostic = new vscode.Diagnostic(
      range,
      plain(`${run.request.function}${returned ? " returned an error" : ""}: ${error.message}`),
      returned ? vscode.DiagnosticSeverity.Information : vscode.DiagnosticSeverity.Error,
    );
    diagnostic.source = "modgo run";
    return { uri, diagnostic };
  }
  return undefined;
}

/** The line without its indentation, if its file is open. */
function lineRange(uri: vscode.Uri, line: number): vscode.Range {
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  if (document === undefined || line >= document.lineCount) return new vscode.Range(line, 0, line, 1000);
  const { range, firstNonWhitespaceCharacterIndex: first } = document.lineAt(line);
  return range.with(range.start.with({ character: first }));
}
