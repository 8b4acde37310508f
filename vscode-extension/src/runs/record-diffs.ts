// Shows the record of a run, before and after, in VS Code's diff of two read-only documents (scheme modgo-result).
import * as vscode from "vscode";
import { escapeHidden } from "../results/exact-json.js";
import type { Run } from "./run.js";
import type { CallResult } from "../server/command-results.js";
import { formatRecord } from "./record-text.js";

const SCHEME = "modgo-result";
const MOST_TEXTS = 20;

export interface RecordDiffs {
  show(run: Run, result: CallResult): Promise<void>;
  dispose(): void;
}

export function createRecordDiffs(): RecordDiffs {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? "",
  });
  const write = (uri: vscode.Uri, text: string) => {
    texts.set(uri.toString(), text);
    const [oldest] = texts.keys();
    if (texts.size > MOST_TEXTS && oldest !== undefined) texts.delete(oldest);
    changed.fire(uri);
  };
  return {
    async show(run, { record }) {
      if (record === undefined) return;
      const [before, after] = [documentOf(run, "before"), documentOf(run, "after")];
      write(before, formatRecord(run, record.before));
      write(after, formatRecord(run, record.after));
      const title = `${escapeHidden(run.request.function)}: record before ↔ after`;
      const options: vscode.TextDocumentShowOptions = { preview: true };
      await vscode.commands.executeCommand("vscode.diff", before, after, title, options);
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}

/** One document per run and side. */
function documentOf(run: Run, side: string): vscode.Uri {
  const path = `/${run.request.function}/${run.id}/${side}.jsonc`;
  return vscode.Uri.from({ scheme: SCHEME, path, query: run.package });
}
