// Leaves out the compiler errors of a build that gopls reports, too, whichever of the two comes first.
import * as vscode from "vscode";

const COMPILER_ERROR = "MG401";

type Diagnostics = readonly vscode.Diagnostic[];

/**
 * A collection of diagnostics that doesn't show the compiler errors of a build where gopls reports an error at the same line.
 * They appear if gopls removes its error.
 */
export function createCollection(name: string | undefined): vscode.DiagnosticCollection {
  const shown = vscode.languages.createDiagnosticCollection(name);
  const withErrors = new Map<string, Diagnostics>(); // all diagnostics of the files that have compiler errors

  const set = (uri: vscode.Uri, diagnostics: Diagnostics | undefined) => {
    if (diagnostics?.some(isCompilerError) === true) withErrors.set(uri.toString(), diagnostics);
    else withErrors.delete(uri.toString());
    shown.set(uri, diagnostics && notReported(uri, diagnostics));
  };
  const listener = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
    for (const uri of uris) {
      const diagnostics = withErrors.get(uri.toString());
      if (diagnostics === undefined) continue;
      const now = notReported(uri, diagnostics);
      // Our own changes come here, too.
      if (!isSame(now, shown.get(uri) ?? [])) shown.set(uri, now);
    }
  });

  return {
    name: shown.name,
    set(
      uriOrEntries: vscode.Uri | readonly [vscode.Uri, Diagnostics | undefined][],
      diagnostics?: Diagnostics,
    ) {
      if (uriOrEntries instanceof vscode.Uri) set(uriOrEntries, diagnostics);
      else for (const [uri, each] of uriOrEntries) set(uri, each);
    },
    delete(uri) {
      set(uri, undefined);
    },
    clear() {
      withErrors.clear();
      shown.clear();
    },
    forEach(callback, thisArg) {
      shown.forEach(callback, thisArg);
    },
    get: (uri) => shown.get(uri),
    has: (uri) => shown.has(uri),
    [Symbol.iterator]: () => shown[Symbol.iterator](),
    dispose() {
      listener.dispose();
      shown.dispose();
    },
  };
}

function isCompilerError({ code }: vscode.Diagnostic): boolean {
  return (typeof code === "object" ? code.value : code) === COMPILER_ERROR;
}

function notReported(uri: vscode.Uri, diagnostics: Diagnostics): Diagnostics {
  const others = vscode.languages
    .getDiagnostics(uri)
    .filter(({ source }) => source === "compiler" || source === "syntax"); // of gopls
  const lines = new Set(others.map(({ range }) => range.start.line));
  return diagnostics.filter((each) => !isCompilerError(each) || !lines.has(each.range.start.line));
}

function isSame(some: Diagnostics, others: Diagnostics): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}
