// Activates the extension: creates its parts, starts the server if the workspace uses the SDK, and restarts it when settings
// or workspace trust change. Activation builds and runs nothing.
import * as vscode from "vscode";
import { createBenchmarks } from "./benchmarks/benchmarks.js";
import { benchCommands } from "./commands/bench.js";
import { buildCommands } from "./commands/build.js";
import { registerCommands } from "./commands/command.js";
import { debugCommands } from "./commands/debug.js";
import { runCommands } from "./commands/run.js";
import { sampleCommands } from "./commands/sample.js";
import { serverCommands } from "./commands/server.js";
import { testCommands } from "./commands/test.js";
import { createDebugging } from "./debug/debugging.js";
import { createInterpreterSearch } from "./environment/interpreter-search.js";
import { createSetUp, type SetUp } from "./environment/set-up.js";
import { firstHourCommands } from "./first-hour/commands.js";
import { createConfigurationLenses } from "./first-hour/configuration-lenses.js";
import { createContextKeys } from "./first-hour/context-keys.js";
import { createRulePages } from "./first-hour/show-rule.js";
import { createWalkthroughProgress } from "./first-hour/walkthrough.js";
import { oneAtATime } from "./in-parallel.js";
import { createRuns } from "./runs/runs.js";
import { createRunsView } from "./runs/runs-view.js";
import { onDidChangeGopls } from "./server/gopls.js";
import { restartIfOther } from "./server/other-interpreter.js";
import { createServer, type Server } from "./server/server.js";
import { showState } from "./server/state-messages.js";
import { whenSdkIsUsed } from "./sdk-use.js";
import { createStatus } from "./status.js";
import { createTasks } from "./tasks.js";
import { createTesting } from "./testing/testing.js";

let parts: { readonly server: Server; readonly setUp: SetUp } | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const began = performance.now();
  const output = vscode.window.createOutputChannel("Modgo", { log: true });
  const status = createStatus();
  const search = createInterpreterSearch(context, output);
  const server = createServer(search, context.extensionUri, output);
  const setUp = createSetUp(context, search, server, output);
  parts = { server, setUp };
  const restartIfUsed = () => {
    if (server.state.kind !== "idle") void server.restart();
  };
  // The Python extension reports a change for each workspace folder.
  const otherPython = oneAtATime(() => restartIfOther(server, search));
  const runs = createRuns({ server, status, output, memory: context.workspaceState });
  const commands = { server, search, setUp, home: context.extensionUri, status, output, runs };
  const testing = createTesting(server, output);
  const benchmarks = createBenchmarks(context.workspaceState);
  context.subscriptions.push(
    output,
    status,
    runs,
    createRunsView(commands, context.extensionUri),
    testing,
    benchmarks,
    createTasks(server, output),
    createDebugging({ home: context.extensionUri, server, output, memory: context.workspaceState }),
    server.onDidChangeState((state) => {
      status.server(state);
      void showState(state, setUp, output);
    }),
    createContextKeys(server, output),
    createConfigurationLenses(),
    createRulePages(),
    createWalkthroughProgress(server),
    registerCommands(
      [
        ...buildCommands,
        ...runCommands,
        ...debugCommands,
        ...sampleCommands,
        ...serverCommands,
        ...testCommands(testing),
        ...benchCommands(benchmarks),
        ...firstHourCommands,
      ],
      commands,
    ),
    // Workspace trust, the interpreter and grants take effect when the server starts.
    vscode.workspace.onDidGrantWorkspaceTrust(restartIfUsed),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const settings = ["modgo.interpreter", "modgo.allow"];
      if (settings.some((name) => event.affectsConfiguration(name))) restartIfUsed();
    }),
    search.onDidChange(() => {
      otherPython().catch((error: unknown) => {
        output.error(String(error));
      });
    }),
    onDidChangeGopls(restartIfUsed),
    // Activation doesn't wait for the server; commands do.
    whenSdkIsUsed(() => {
      void server.restart().then(() => {
        if (server.state.kind === "ready") output.info(`Ready ${since(began)} after activation began`);
      });
    }),
  );
  output.info(`Activated in ${since(began)}`);
}

function since(began: number): string {
  return `${(performance.now() - began).toFixed(1)} ms`;
}

export async function deactivate(): Promise<void> {
  await Promise.all([parts?.setUp.stop(), parts?.server.stop()]);
}
