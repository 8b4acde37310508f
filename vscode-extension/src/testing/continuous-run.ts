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
  const underWay = new Map<vscode.TestRunRequest, UnderWay | undefined>();

  const run = async (request: vscode.TestRunRequest, saved: readonly vscode.TestItem[]) => {
    const before = underWay.get(request);
    before?.source.cancel(); // what it found is of the text before
    const { include, exclude, profile } = request;
    const packages = new Set([...saved, ...(before?.packages ?? [])]);
    const items = (include ?? [...packages]).filter((item) => packages.has(rootOf(item)));
    const now = { source: new vscode.CancellationTokenSource(), packages };
    underWay.set(request, now);
    await runner.run(new vscode.TestRunRequest(items, exclude, profile, true), now.source.token);
    if (underWay.get(request) === now) underWay.set(request, undefined);
  };

  const saved = async (document: vscode.TextDocument) => {
    if (underWay.size === 0) return;
    const concerned = await concernedPackages(controller, document.uri);
    if (tree.fileItem(document.uri) !== undefined) await tree.fileChanged(document.uri);
    const requests = [...underWay.keys()].filter(({ include }) =>
      (include ?? concerned).some((item) => concerned.includes(rootOf(item))),
    );
    await Promise.all(requests.map((request) => run(request, concerned)));
  };
  const listener = vscode.workspace.onDidSaveTextDocument((document) => void saved(document));
  const end = (request: vscode.TestRunRequest) => {
    underWay.get(request)?.source.cancel();
    underWay.delete(request);
  };

  return {
    start(request, token) {
      underWay.set(request, undefined);
      token.onCancellationRequested(() => {
        end(request);
      });
    },
    dispose() {
      listener.dispose();
      [...underWay.keys()].forEach(end);
    },
  };
}

/** The run of a request that is under way, and the packages whose cases it runs. */
interface UnderWay {
  readonly source: vscode.CancellationTokenSource;
  readonly packages: ReadonlySet<vscode.TestItem>;
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
