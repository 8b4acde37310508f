// Shows runs in read-only virtual documents (scheme modgo-result): the report, and the record before and after as a diff.
import * as vscode from "vscode";
import { formatRecord, formatTime, recordChanged, type Run, runReport } from "./format.js";

const SCHEME = "modgo-result";

export interface ResultDocuments {
  /** Opens a diff of the record if it changed, else the report. The editor keeps the focus. */
  show(run: Run): Promise<void>;
  /** Opens the report of this run, even if the function has been run again since. */
  showReport(run: Run): Promise<void>;
  dispose(): void;
}

export function createResultDocuments(): ResultDocuments {
  const texts = new Map<string, string>();
  const latest = new Map<string, Run>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? "",
  });

  // One document per function and kind: another run updates the open editor.
  const write = (uri: vscode.Uri, text: string) => {
    texts.set(uri.toString(), text);
    changed.fire(uri);
  };

  const showReport = async (run: Run) => {
    const isLatest = latest.get(reportOf(run).toString()) === run;
    const uri = isLatest ? reportOf(run) : earlierReportOf(run);
    write(uri, runReport(run));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, beside());
  };

  return {
    showReport,
    async show(run) {
      const report = reportOf(run);
      latest.set(report.toString(), run);
      write(report, runReport(run));
      const { result } = run;
      if (!result.ok || result.record === undefined || !recordChanged(result)) {
        await showReport(run);
        return;
      }
      const [before, after] = [documentOf(run, "/before.jsonc"), documentOf(run, "/after.jsonc")];
      write(before, formatRecord(run, result.record.before));
      write(after, formatRecord(run, result.record.after));
      const title = `${run.name}: record before ↔ after`;
      await vscode.commands.executeCommand("vscode.diff", before, after, title, beside());
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}

function reportOf(run: Run): vscode.Uri {
  return documentOf(run, ".md");
}

function earlierReportOf(run: Run): vscode.Uri {
  return documentOf(run, ` at ${formatTime(run.time).replaceAll(":", ".")}.md`);
}

/** The URI contains the package, because functions of two packages can have the same name. */
function documentOf(run: Run, rest: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${run.name}${rest}`, query: run.package });
}

/** Beside the source, but in the same column for each run. */
function beside(): vscode.TextDocumentShowOptions {
  const onSource = vscode.window.activeTextEditor?.document.uri.scheme === "file";
  return {
    viewColumn: onSource ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
    preserveFocus: true,
    preview: true,
  };
}
