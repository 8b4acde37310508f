// Activates the extension: creates its parts, and restarts the server when settings or workspace trust change. Activation
// builds and runs nothing.
import * as vscode from "vscode";
import { createBenchmarks } from "./benchmarks/benchmarks.js";
import { benchCommands } from "./commands/bench.js";
import { buildCommands } from "./commands/build.js";
import { registerCommands } from "./commands/command.js";
import { runCommands } from "./commands/run.js";
import { sampleCommands } from "./commands/sample.js";
import { serverCommands } from "./commands/server.js";
import { testCommands } from "./commands/test.js";
import { firstHourCommands } from "./first-hour/commands.js";
import { createConfigurationLenses } from "./first-hour/configuration-lenses.js";
import { createContextKeys } from "./first-hour/context-keys.js";
import { createRuns } from "./runs/runs.js";
import { createRunsView } from "./runs/runs-view.js";
import { onDidChangeGopls } from "./server/gopls.js";
import { createServer, type Server } from "./server/server.js";
import type { ServerState } from "./server/server-state.js";
import { createStatus } from "./status.js";
import { createTasks } from "./tasks.js";
import { createTesting } from "./testing/testing.js";
import { showError } from "./messages.js";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const began = performance.now();
  const output = vscode.window.createOutputChannel("Modgo", { log: true });
  const status = createStatus();
  const started = (server = createServer(context.extensionUri, output));
  const runs = createRuns({ server: started, status, output, memory: context.workspaceState });
  const commands = { server: started, status, output, runs };
  const testing = createTesting(started, output);
  const benchmarks = createBenchmarks(context.workspaceState);
  context.subscriptions.push(
    output,
    status,
    runs,
    createRunsView(commands, context.extensionUri),
    testing,
    benchmarks,
    createTasks(started),
    started.onDidChangeState((state) => {
      status.server(state);
      void showState(state, output, context.extensionUri);
    }),
    createContextKeys(started),
    createConfigurationLenses(),
    registerCommands(
      [
        ...buildCommands,
        ...runCommands,
        ...sampleCommands,
        ...serverCommands,
        ...testCommands(testing),
        ...benchCommands(benchmarks),
        ...firstHourCommands,
      ],
      commands,
    ),
    // Workspace trust and the interpreter take effect when the server starts.
    vscode.workspace.onDidGrantWorkspaceTrust(() => started.restart()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("modgo.interpreter")) void started.restart();
    }),
    onDidChangeGopls(() => void started.restart()),
  );
  // Activation doesn't wait for the server; commands do.
  void started.restart().then(() => {
    if (started.state.kind === "ready") output.info(`Ready ${since(began)} after activation began`);
  });
  output.info(`Activated in ${since(began)}`);
}

function since(began: number): string {
  return `${(performance.now() - began).toFixed(1)} ms`;
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** Logs every state. For a failure it also shows a message that says what to do. */
async function showState(
  state: ServerState,
  output: vscode.LogOutputChannel,
  home: vscode.Uri,
): Promise<void> {
  if (state.kind !== "failed") {
    output.info(`Server: ${state.kind}`);
    return;
  }
  output.error(state.message);
  const actions = {
    "Open Settings": () =>
      vscode.commands.executeCommand("workbench.action.openSettings", "modgo.interpreter"),
    "How to Install": () =>
      vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.joinPath(home, "README.md")),
    "Restart Server": () => vscode.commands.executeCommand("modgo.client.restartServer"),
  };
  const chosen = await showError(state.message, ...(Object.keys(actions) as (keyof typeof actions)[]));
  if (chosen !== undefined) await actions[chosen]();
}
