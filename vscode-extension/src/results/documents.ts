// Shows the results of a call in read-only virtual documents (scheme modgo-result): the report, and the
// record before and after as a diff. Not for wording them: format.ts does.
import * as vscode from "vscode";
import { callReport, formatRecord, recordChanged } from "./format.js";
import type { CallResult } from "../server/results.js";

const SCHEME = "modgo-result";

export interface ResultDocuments {
  /** Opens the record's change as a diff where there is one, else the report; the editor keeps the focus. */
  show(name: string, args: readonly unknown[], result: CallResult): Promise<void>;
  /** Opens the report of a function's last call. */
  showReport(name: string): Promise<void>;
  dispose(): void;
}

export function createResultDocuments(): ResultDocuments {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.path) ?? "",
  });

  // One document a function and kind: running again brings the open editor up to date.
  const write = (uri: vscode.Uri, text: string) => {
    texts.set(uri.path, text);
    changed.fire(uri);
  };

  const showReport = async (name: string) => {
    const document = await vscode.workspace.openTextDocument(reportOf(name));
    await vscode.window.showTextDocument(document, beside());
  };

  return {
    showReport,
    async show(name, args, result) {
      write(reportOf(name), callReport(name, args, result));
      if (!result.ok || !recordChanged(result)) {
        await showReport(name);
        return;
      }
      const [before, after] = [recordOf(name, "before"), recordOf(name, "after")];
      write(before, formatRecord(result.record?.before));
      write(after, formatRecord(result.record?.after));
      await vscode.commands.executeCommand(
        "vscode.diff",
        before,
        after,
        `${name}: record before ↔ after`,
        beside(),
      );
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}

function reportOf(name: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${name}.md` });
}

function recordOf(name: string, when: "before" | "after"): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${name}/${when}.json` });
}

/** Beside the source, but not one column further with each run. */
function beside(): vscode.TextDocumentShowOptions {
  const onSource = vscode.window.activeTextEditor?.document.uri.scheme === "file";
  return {
    viewColumn: onSource ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
    preserveFocus: true,
    preview: true,
  };
}
