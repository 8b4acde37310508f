// LSP methods that Modgo leaves to gopls if the Go extension runs it: those for which VS Code asks only one server, so
// that our answer would hide that of gopls.
import * as vscode from "vscode";

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
