// Texts of runs as read-only documents (scheme modgo-result), which VS Code doesn't ask to save: records, long values, logs.
import * as vscode from "vscode";

const SCHEME = "modgo-result";
const MOST_TEXTS = 20;

export interface ReadOnlyTexts {
  /** Stores a text, and returns its document, whose language is that of the path's extension. */
  write(path: string, text: string, query?: string): vscode.Uri;
  dispose(): void;
}

export function createReadOnlyTexts(): ReadOnlyTexts {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? "",
  });
  return {
    write(path, text, query = "") {
      const uri = vscode.Uri.from({ scheme: SCHEME, path, query });
      texts.set(uri.toString(), text);
      const [oldest] = texts.keys();
      if (texts.size > MOST_TEXTS && oldest !== undefined) texts.delete(oldest);
      changed.fire(uri);
      return uri;
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}
