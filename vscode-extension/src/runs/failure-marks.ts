// Marks the source line of a failed run as a problem, until the text of its file changes, the function runs again, or the run
// is removed from the history.
import * as vscode from "vscode";
import { plain } from "../plain-text.js";
import { type Answer, contextOf, placeOf, type Run, sourceOf, statusOf } from "./run.js";
import type { CallResult } from "../server/command-results.js";

export interface FailureMarks {
  /** The run marks no file whose text changes from now on: the line may be another one. */
  runStarts(): void;
  /** Marks the line of the run's failure, and removes the mark of the function's last run. */
  update(run: Run): void;
  /** Removes the mark of a run. */
  remove(id: number): void;
  clear(): void;
  dispose(): void;
}

interface Mark {
  readonly id: number;
  readonly uri: vscode.Uri;
  readonly diagnostic: vscode.Diagnostic;
}

export function createFailureMarks(): FailureMarks {
  const collection = vscode.languages.createDiagnosticCollection("modgo runs");
  const marks = new Map<string, Mark>(); // by function
  const changed = new Set<string>(); // files, since the run started

  const publish = (uri: vscode.Uri) => {
    const here = [...marks.values()].filter((mark) => mark.uri.toString() === uri.toString());
    collection.set(
      uri,
      here.map(({ diagnostic }) => diagnostic),
    );
  };
  const drop = (which: (mark: Mark) => boolean) => {
    for (const [key, mark] of marks) {
      if (!which(mark)) continue;
      marks.delete(key);
      publish(mark.uri);
    }
  };
  const fileChanged = (uri: vscode.Uri) => {
    changed.add(uri.toString());
    drop((mark) => mark.uri.toString() === uri.toString());
  };
  const watcher = vscode.workspace.createFileSystemWatcher("**/*.go", true);
  const listeners = vscode.Disposable.from(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) fileChanged(document.uri);
    }),
    watcher,
    // An open file is the event above: on disk it also changes when it is saved.
    watcher.onDidChange((uri) => {
      if (openDocument(uri) === undefined) fileChanged(uri);
    }),
    watcher.onDidDelete(fileChanged),
  );

  return {
    runStarts() {
      changed.clear();
    },
    update(run) {
      const key = `${run.package}\n${run.request.function}`;
      drop((each) => each === marks.get(key));
      const mark = markOf(run);
      if (mark === undefined || changed.has(mark.uri.toString())) return;
      marks.set(key, mark);
      publish(mark.uri);
    },
    remove(id) {
      drop((mark) => mark.id === id);
    },
    clear() {
      marks.clear();
      collection.clear();
    },
    dispose() {
      listeners.dispose();
      collection.dispose();
    },
  };
}

function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
}

function markOf(run: Run): Mark | undefined {
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
    return { id: run.id, uri, diagnostic };
  }
  return undefined;
}

/** The line without its indentation, if its file is open. */
function lineRange(uri: vscode.Uri, line: number): vscode.Range {
  const document = openDocument(uri);
  if (document === undefined || line >= document.lineCount) return new vscode.Range(line, 0, line, 1000);
  const { range, firstNonWhitespaceCharacterIndex: first } = document.lineAt(line);
  return range.with(range.start.with({ character: first }));
}
