// Sets up the environment of the language server, if the user agrees, with a progress notification that can be cancelled.
import * as vscode from "vscode";
import { UserError } from "../errors.js";
import type { Server } from "../server/server.js";
import { createEnvironment, SetUpError } from "./creation.js";
import type { InterpreterSearch } from "./interpreter-search.js";

export interface SetUp {
  /** Whether the user has answered "Not Now" in this workspace. */
  readonly isDeclined: boolean;
  decline(): Promise<void>;
  /** Sets the environment up, without asking. Rejects with a UserError if there is no Python to do it with. */
  run(): Promise<void>;
}

const DECLINED = "setUpDeclined";

export function createSetUp(
  context: vscode.ExtensionContext,
  search: InterpreterSearch,
  server: Server,
  output: vscode.LogOutputChannel,
): SetUp {
  let running: Promise<void> | undefined;

  const create = async () => {
    const { bundle, root } = search;
    const base = search.base() ?? (await search.find().then(() => search.base()));
    if (bundle === undefined || base === undefined) {
      throw new UserError(
        bundle === undefined
          ? "This build of Modgo carries no language server. Run “pip install modgo-lsp”, then restart the server."
          : "There is no Python that Modgo can set up its environment with: see the output Modgo.",
      );
    }
    await context.workspaceState.update(DECLINED, undefined);
    const plan = { bundle, ...base, root, extension: context.extensionUri.fsPath };
    output.info(`Setting up an environment in ${root} with ${base.python} (Python ${base.version})`);
    const began = performance.now();
    const done = await withProgress((onStep, signal) => createEnvironment(plan, onStep, signal), output);
    if (done === undefined) return;
    output.info(`Set up ${done} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await server.restart();
    if (server.state.kind === "ready") {
      vscode.window.setStatusBarMessage("$(check) Modgo is set up", 5000);
    }
  };

  const run = () => (running ??= create().finally(() => (running = undefined)));

  return {
    run,
    get isDeclined() {
      return context.workspaceState.get(DECLINED) === true;
    },
    async decline() {
      await context.workspaceState.update(DECLINED, true);
    },
  };
}

type Work = (onStep: (message: string, percent: number) => void, signal: AbortSignal) => Promise<string>;

/** Returns the result of `work`, or undefined if it was cancelled. */
async function withProgress(work: Work, output: vscode.LogOutputChannel): Promise<string | undefined> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: "Modgo: setting up the language server",
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    const aborting = new AbortController();
    token.onCancellationRequested(() => {
      aborting.abort();
    });
    let reached = 0;
    try {
      return await work((message, percent) => {
        progress.report({ message, increment: Math.max(0, percent - reached) });
        reached = Math.max(reached, percent);
      }, aborting.signal);
    } catch (error) {
      if (aborting.signal.aborted) {
        output.info("The set-up was cancelled");
        return undefined;
      }
      if (error instanceof SetUpError) output.error(error.output.join("\n"));
      throw error;
    }
  });
}
