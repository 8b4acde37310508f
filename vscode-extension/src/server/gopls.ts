// What is left to gopls where the Go extension runs it: methods for which VS Code asks one server alone, so that
// ours would hide gopls's. Not for what both answer side by side.
import * as vscode from "vscode";

const CALLS = ["textDocument/prepareCallHierarchy"];
const TOKENS = ["textDocument/semanticTokens/full", "textDocument/semanticTokens/range"];

export function leftToGopls(): readonly string[] {
  const settings = vscode.workspace.getConfiguration();
  const runs = settings.get<boolean>("go.useLanguageServer", true);
  if (vscode.extensions.getExtension("golang.go") === undefined || !runs) return [];
  const gopls = settings.get<Readonly<Record<string, unknown>>>("gopls", {});
  const tokens = gopls["ui.semanticTokens"] === true || gopls["semanticTokens"] === true;
  return tokens ? [...CALLS, ...TOKENS] : CALLS;
}

/** Calls `changed` when what is left to gopls is not as it was. */
export function onDidChangeGopls(changed: () => void): vscode.Disposable {
  let last = leftToGopls().join();
  const look = () => {
    const now = leftToGopls().join();
    if (now === last) return;
    last = now;
    changed();
  };
  return vscode.Disposable.from(
    vscode.extensions.onDidChange(look),
    vscode.workspace.onDidChangeConfiguration(look),
  );
}
