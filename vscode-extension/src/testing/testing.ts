// The Test Explorer of Modgo: the cases of UDF modules, run by the language server. It exists once the workspace has a
// case file.
import * as vscode from "vscode";
import { importsSdk } from "../packages.js";
import type { Server } from "../server/server.js";
import { createCaseRunner, type CaseRunner } from "./case-run.js";
import { CASE_FILES, type CaseTree, createCaseTree, findCaseFiles } from "./case-tree.js";
import { type ContinuousRuns, createContinuousRuns } from "./continuous-run.js";
import { statementsOf } from "./coverage.js";
import { createDebugProfile } from "./debug-profile.js";

export interface Testing {
  /** Runs the cases of the package in `folder`, or those of one function. Returns how many there are. */
  run(folder: vscode.Uri, udf: string | undefined): Promise<number>;
  dispose(): void;
}

export function createTesting(server: Server, output: vscode.LogOutputChannel): Testing {
  let explorer: Explorer | undefined;
  const open = () => (explorer ??= createExplorer(server, output));
  const watcher = vscode.workspace.createFileSystemWatcher(CASE_FILES);
  const changed = (uri: vscode.Uri) => void open().tree.fileChanged(uri);
  const listeners = [
    watcher,
    watcher.onDidCreate(changed),
    watcher.onDidChange(changed),
    watcher.onDidDelete((uri) => {
      explorer?.tree.fileDeleted(uri);
    }),
    server.onDidChangeState(({ kind }) => {
      if (kind === "ready") void explorer?.tree.refresh();
    }),
    // A case file that is opened shows its cases in the gutter.
    vscode.workspace.onDidOpenTextDocument((document) => {
      void explorer?.resolveFile(document.uri);
      // Not one side of a diff, nor a file of the module cache.
      if (document.uri.scheme !== "file" || vscode.workspace.getWorkspaceFolder(document.uri) === undefined)
        return;
      // VS Code doesn't report the files of a folder that is made at once, as that of a new module.
      const folder = vscode.Uri.joinPath(document.uri, "..");
      const isUnknown = explorer?.tree.packageItem(folder) === undefined;
      if (isUnknown && document.languageId === "go" && importsSdk(document.getText())) void find(folder);
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void find()),
    // Nor those of a folder that is moved or deleted.
    vscode.workspace.onDidRenameFiles(() => void find()),
    vscode.workspace.onDidDeleteFiles(() => void find()),
  ];
  const find = async (folder?: vscode.Uri) => {
    if (explorer !== undefined || (await findCaseFiles(folder, 1)).length > 0)
      await open().tree.findFiles(folder);
    for (const { uri } of vscode.workspace.textDocuments) void explorer?.resolveFile(uri);
  };
  const found = find();
  return {
    async run(folder, udf) {
      await found;
      await find(folder);
      return explorer === undefined ? 0 : explorer.run(folder, udf);
    },
    dispose() {
      listeners.forEach((each) => {
        each.dispose();
      });
      explorer?.dispose();
    },
  };
}

interface Explorer {
  readonly tree: CaseTree;
  resolveFile(uri: vscode.Uri): Promise<void>;
  run(folder: vscode.Uri, udf: string | undefined): Promise<number>;
  dispose(): void;
}

function createExplorer(server: Server, output: vscode.LogOutputChannel): Explorer {
  const controller = vscode.tests.createTestController("modgo", "Modgo");
  const tree = createCaseTree(controller, server);
  const runner = createCaseRunner(controller, tree, server, output);
  const continuous = createContinuousRuns(controller, tree, runner);
  const profiles = createProfiles(controller, runner, continuous);
  createDebugProfile(controller, tree, runner, output);
  controller.resolveHandler = (item) => (item === undefined ? tree.findFiles() : tree.resolve(item));
  controller.refreshHandler = async () => {
    await tree.findFiles();
    await tree.refresh();
  };
  return {
    tree,
    async resolveFile(uri) {
      const item = tree.fileItem(uri);
      if (item !== undefined) await tree.resolve(item);
    },
    async run(folder, udf) {
      const packageItem = tree.packageItem(folder);
      if (packageItem === undefined) return 0;
      const request = new vscode.TestRunRequest([packageItem], undefined, profiles.run);
      const { token } = new vscode.CancellationTokenSource(); // the Test Explorer has the button
      const cases = (await runner.select(request, token)).get(packageItem)?.cases ?? [];
      const chosen = udf === undefined ? cases : cases.filter((item) => tree.caseOf(item)?.function === udf);
      if (chosen.length === 0) return 0;
      const include = udf === undefined ? [packageItem] : chosen;
      await runner.run(new vscode.TestRunRequest(include, undefined, profiles.run), token);
      return chosen.length;
    },
    dispose() {
      continuous.dispose();
      controller.dispose();
    },
  };
}

type Handler = (request: vscode.TestRunRequest, token: vscode.CancellationToken) => Promise<void>;

function createProfiles(
  controller: vscode.TestController,
  runner: CaseRunner,
  continuous: ContinuousRuns,
): { run: vscode.TestRunProfile } {
  const handle: Handler = async (request, token) => {
    if (request.continuous === true) continuous.start(request, token);
    else await runner.run(request, token);
  };
  const { Run, Coverage } = vscode.TestRunProfileKind;
  const run = controller.createRunProfile("Run Cases", Run, handle, true, undefined, true);
  const coverage = controller.createRunProfile(
    "Run Cases with Coverage",
    Coverage,
    handle,
    true,
    undefined,
    true,
  );
  coverage.loadDetailedCoverage = (_run, file) => statementsOf(file);
  return { run };
}
