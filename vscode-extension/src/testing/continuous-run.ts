// Continuous runs of the Test Explorer: when a Go file, a sample or a case is saved, the cases of its package run again.
import * as vscode from "vscode";
import { type CaseTree, folderOfSample } from "./case-tree.js";
import type { CaseRunner } from "./case-run.js";

export interface ContinuousRuns {
  /** Runs the cases of a request after each save that concerns them, until `token` is cancelled. */
  start(request: vscode.TestRunRequest, token: vscode.CancellationToken): void;
  dispose(): void;
}

export function createContinuousRuns(
  controller: vscode.TestController,
  tree: CaseTree,
  runner: CaseRunner,
): ContinuousRuns {
  const requests = new Set<vscode.TestRunRequest>();
  let running: vscode.CancellationTokenSource | undefined;

  const saved = async (document: vscode.TextDocument) => {
    if (requests.size === 0) return;
    const concerned = await concernedPackages(controller, document.uri);
    if (concerned.length === 0) return;
    running?.cancel(); // what it found is of the text before
    const source = (running = new vscode.CancellationTokenSource());
    if (tree.fileItem(document.uri) !== undefined) await tree.fileChanged(document.uri);
    for (const { include, exclude, profile } of requests) {
      const items = (include ?? concerned).filter((item) => concerned.includes(rootOf(item)));
      if (items.length > 0)
        await runner.run(new vscode.TestRunRequest(items, exclude, profile, true), source.token);
    }
  };
  const listener = vscode.workspace.onDidSaveTextDocument((document) => void saved(document));

  return {
    start(request, token) {
      requests.add(request);
      token.onCancellationRequested(() => {
        requests.delete(request);
        running?.cancel();
      });
    },
    dispose() {
      listener.dispose();
      running?.cancel();
    },
  };
}

function isSample({ path }: vscode.Uri): boolean {
  return /\/testdata\/udf\/[^/]+\.(record\.json|records\.jsonl|case\.yaml|case\.json)$/.test(path);
}

/** The packages whose cases a file can change: for a Go file, those of its Go module. */
async function concernedPackages(
  controller: vscode.TestController,
  uri: vscode.Uri,
): Promise<vscode.TestItem[]> {
  const packages = [...controller.items].map(([, item]) => item);
  if (isSample(uri)) return packages.filter(({ id }) => id === folderOfSample(uri).toString());
  if (!uri.path.endsWith(".go")) return [];
  const root = await moduleRoot(vscode.Uri.joinPath(uri, ".."));
  const below = `${root.path.replace(/\/$/, "")}/`;
  return packages.filter((item) => item.uri !== undefined && `${item.uri.path}/`.startsWith(below));
}

/** The nearest folder at or above `folder` with a go.mod, else `folder`. */
async function moduleRoot(folder: vscode.Uri): Promise<vscode.Uri> {
  for (let at = folder; ; at = vscode.Uri.joinPath(at, "..")) {
    try {
      await vscode.workspace.fs.stat(vscode.Uri.joinPath(at, "go.mod"));
      return at;
    } catch {
      if (at.path === "/" || at.path === vscode.Uri.joinPath(at, "..").path) return folder;
    }
  }
}

function rootOf(item: vscode.TestItem): vscode.TestItem {
  return item.parent === undefined ? item : rootOf(item.parent);
}
