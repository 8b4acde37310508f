// LSP methods that Modgo leaves to gopls if the Go extension runs it: those for which VS Code asks only one server, so
// that our answer would hide that of gopls.
import * as vscode from "vscode";
import { type DiagnosticProviderMiddleware, vsdiag } from "vscode-languageclient/node";

const CALLS = ["textDocument/prepareCallHierarchy"];
const TOKENS = ["textDocument/semanticTokens/full", "textDocument/semanticTokens/range"];

export function methodsOfGopls(): readonly string[] {
  const settings = vscode.workspace.getConfiguration();
  const runs = settings.get<boolean>("go.useLanguageServer", true);
  if (vscode.extensions.getExtension("golang.go") === undefined || !runs) return [];
  const gopls = settings.get<Readonly<Record<string, unknown>>>("gopls", {});
  const tokens = gopls["ui.semanticTokens"] === true || gopls["semanticTokens"] === true;
  return tokens ? [...CALLS, ...TOKENS] : CALLS;
}

/** Calls `changed` when the methods left to gopls change. */
export function onDidChangeGopls(changed: () => void): vscode.Disposable {
  let last = methodsOfGopls().join();
  const look = () => {
    const now = methodsOfGopls().join();
    if (now === last) return;
    last = now;
    changed();
  };
  return vscode.Disposable.from(
    vscode.extensions.onDidChange(look),
    vscode.workspace.onDidChangeConfiguration(look),
  );
}

const COMPILER_ERROR = "MG401";

/** Diagnostics without the compiler errors of a build that gopls reports at the same line. */
export const withoutErrorsOfGopls: DiagnosticProviderMiddleware = {
  async provideDiagnostics(document, previousResultId, token, next) {
    const report = await next(document, previousResultId, token);
    if (report?.kind !== vsdiag.DocumentDiagnosticReportKind.full) return report;
    return { ...report, items: notReported("uri" in document ? document.uri : document, report.items) };
  },
  provideWorkspaceDiagnostics(resultIds, token, receive, next) {
    return next(resultIds, token, (chunk) => {
      const items = chunk?.items.map((each) =>
        each.kind === vsdiag.DocumentDiagnosticReportKind.full
          ? { ...each, items: notReported(each.uri, each.items) }
          : each,
      );
      receive(items === undefined ? null : { items });
    });
  },
};

function notReported(uri: vscode.Uri, diagnostics: readonly vscode.Diagnostic[]): vscode.Diagnostic[] {
  const codeOf = ({ code }: vscode.Diagnostic) => (typeof code === "object" ? code.value : code);
  const others = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "compiler");
  const lines = new Set(others.map(({ range }) => range.start.line));
  return diagnostics.filter((each) => codeOf(each) !== COMPILER_ERROR || !lines.has(each.range.start.line));
}
