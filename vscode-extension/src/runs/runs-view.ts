// The view "UDF runs" in the panel: a webview that shows runs and asks for new ones. What it asks for is checked here.
import * as vscode from "vscode";
import { type CommandContext, guarded, saveAll } from "../commands/command.js";
import { createSample } from "../commands/sample.js";
import { createReadOnlyTexts } from "./read-only-texts.js";
import { openFunction, openPlace, openSource } from "./source-places.js";
import type { FromWebview, SampleFile, ToWebview } from "./protocol.js";
import { type Answer, type Run } from "./run.js";
import { saveAsCase } from "./save-case.js";
import { sampleFiles, sampleFolder } from "./sample-files.js";
import { showLongText, showRecordDiff } from "./show-texts.js";
import { webviewPage } from "./webview-page.js";

const VIEW = "modgo.runs";
const HAS_RUNS = "modgo.hasRuns";

/** Shows the view; the editor keeps the focus. */
export async function showRunsView(): Promise<void> {
  await vscode.commands.executeCommand("setContext", HAS_RUNS, true);
  await vscode.commands.executeCommand(`${VIEW}.focus`, { preserveFocus: true });
}

export function createRunsView(context: CommandContext, home: vscode.Uri): vscode.Disposable {
  const { runs, output } = context;
  const dist = vscode.Uri.joinPath(home, "dist");
  let webview: vscode.Webview | undefined;

  const texts = createReadOnlyTexts();
  let unshown: number | undefined; // a new run: the page gets no messages while the view is hidden

  const post = async (message: ToWebview) => (await webview?.postMessage(message)) === true;
  const update = async (newRun?: number) => {
    unshown = newRun ?? unshown;
    if (webview === undefined) return;
    const folders = new Set(runs.summaries.map((run) => run.package));
    const samples: Record<string, readonly SampleFile[]> = {};
    for (const folder of folders) samples[folder] = await sampleFiles(folder);
    // The state of now: another update may have been posted meanwhile.
    const show = unshown;
    const state = { runs: runs.summaries, running: runs.running, samples, show };
    if ((await post({ type: "state", ...state })) && unshown === show) unshown = undefined;
  };

  const receive = async (message: FromWebview) => {
    if ("id" in message) {
      const run = runs.get(message.id);
      if (run !== undefined) await receiveFor(run, message);
      return;
    }
    switch (message.type) {
      case "ready":
        await update();
        return;
      case "run":
        await saveAll();
        await runs.start(message.request);
        return;
      case "cancel":
        runs.cancel();
        return;
      case "clear":
        runs.clear();
        return;
      case "openText":
        await showLongText(texts, message.long);
        return;
    }
  };

  const receiveFor = async (run: Run, message: AboutRun) => {
    switch (message.type) {
      case "answer":
        await post({ type: "answer", id: run.id, text: run.answer });
        break;
      case "open":
        await openPlace(run, message.place);
        break;
      case "openFinding":
        await openFinding(run, message.index);
        break;
      case "openFunction":
        await openFunction(run);
        break;
      case "openSample":
        if (!/[/\\]/.test(message.name)) {
          await openSource(vscode.Uri.joinPath(sampleFolder(run.package), message.name), 1);
        }
        break;
      case "createSample":
        await createSample(context, run.request);
        await update();
        break;
      case "diff":
        await showRecordDiff(texts, run);
        break;
      case "saveCase":
        await saveAll(); // the server adds the case to the file on disk
        await post({ type: "note", text: await saveAsCase(context, run) });
        break;
      case "remove":
        runs.remove(run.id);
        break;
    }
  };

  const provider: vscode.WebviewViewProvider = {
    resolveWebviewView(view) {
      webview = view.webview;
      webview.options = { enableScripts: true, localResourceRoots: [dist] };
      webview.html = webviewPage(webview, dist);
      webview.onDidReceiveMessage((message: FromWebview) =>
        guarded(NEED_TRUST.has(message.type), output, () => receive(message)),
      );
      view.onDidDispose(() => (webview = undefined));
    },
  };

  const watcher = vscode.workspace.createFileSystemWatcher("**/testdata/udf/*", false, true, false);
  if (!runs.isEmpty) void vscode.commands.executeCommand("setContext", HAS_RUNS, true);
  return vscode.Disposable.from(
    texts,
    vscode.window.registerWebviewViewProvider(VIEW, provider),
    runs.onDidChange(({ show, note }) => {
      void update(show);
      if (note !== undefined && runs.running === undefined) void post({ type: "note", text: note });
    }),
    watcher,
    watcher.onDidCreate(() => void update()),
    watcher.onDidDelete(() => void update()),
  );
}

type AboutRun = Extract<FromWebview, { id: number }>;

const NEED_TRUST: ReadonlySet<FromWebview["type"]> = new Set(["run", "createSample", "saveCase"]);

async function openFinding(run: Run, index: number): Promise<void> {
  const finding = (JSON.parse(run.answer) as Answer).findings?.[index];
  if (finding === undefined) return;
  const folder = vscode.Uri.file(run.package);
  const file = finding.path.startsWith("/")
    ? vscode.Uri.file(finding.path)
    : vscode.Uri.joinPath(folder, finding.path);
  await openSource(file, finding.range.start.line, finding.range.start.column);
}
