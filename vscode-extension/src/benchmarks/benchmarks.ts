// The results of benchmarks, newest first, in a read-only document. They are stored with the workspace.
import * as vscode from "vscode";
import { type Benchmark, benchReport } from "./bench-report.js";

const STORED = "modgo.benchmarks";
const MOST = 30;
const DOCUMENT = vscode.Uri.from({ scheme: "modgo-benchmarks", path: "/UDF benchmarks" });

export interface Benchmarks {
  add(benchmark: Benchmark): Promise<void>;
  show(): Promise<void>;
  /** The arguments with which a function was measured last. */
  lastArguments(folder: string, name: string): string | undefined;
  dispose(): void;
}

export function createBenchmarks(memory: vscode.Memento): Benchmarks {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const all = () => memory.get<readonly Benchmark[]>(STORED, []);
  const provider = vscode.workspace.registerTextDocumentContentProvider(DOCUMENT.scheme, {
    onDidChange: changed.event,
    provideTextDocumentContent: () => benchReport(all()),
  });
  return {
    async add(benchmark) {
      await memory.update(STORED, [benchmark, ...all()].slice(0, MOST));
      changed.fire(DOCUMENT);
    },
    async show() {
      const onSource = vscode.window.activeTextEditor?.document.uri.scheme === "file";
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(DOCUMENT), {
        viewColumn: onSource ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
        preserveFocus: true,
        preview: true,
      });
    },
    lastArguments: (folder, name) =>
      all().find((each) => each.package === folder && each.function === name)?.args,
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}
