// Leaves out the compiler errors of a build that gopls reports, too.
import * as vscode from "vscode";
import { type DiagnosticProviderMiddleware, vsdiag } from "vscode-languageclient/node";

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
