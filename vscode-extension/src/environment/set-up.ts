// Sets up the environment of the language server, if the user agrees, with a progress notification that can be cancelled.
import * as vscode from "vscode";
import { UserError } from "../errors.js";
import { confirm } from "../messages.js";
import type { Server } from "../server/server.js";
import type { OnStep } from "./creation.js";
import { currentInterpreterSetting, type InterpreterSearch } from "./interpreter-search.js";

export interface SetUp {
  /** Whether the user has answered "Not Now" in this workspace. */
  readonly isDeclined: boolean;
  decline(): Promise<void>;
  /** Sets the environment up. Asks only if the setting modgo.interpreter would keep it from being used. Rejects with a
   *  UserError if there is no Python to do it with. */
  run(): Promise<void>;
  /** Ends a set-up that runs, and removes what it has made. */
  stop(): Promise<void>;
}

const DECLINED = "setUpDeclined";

export function createSetUp(
  context: vscode.ExtensionContext,
  search: InterpreterSearch,
  server: Server,
  output: vscode.LogOutputChannel,
): SetUp {
  let running: Promise<void> | undefined;
  let aborting = new AbortController();

  const create = async () => {
    const { signal } = (aborting = new AbortController());
    const { bundle, root } = search;
    const setting = currentInterpreterSetting();
    if (setting.value !== "" && bundle !== undefined) {
      if (!(await mayRemove(setting.value))) return;
      await search.find("ignored"); // what it names need not be fit to make an environment with
    }
    const base = search.base() ?? (await search.find().then(() => search.base()));
    if (bundle === undefined || base === undefined) {
      throw new UserError(
        bundle === undefined
          ? "This build of Modgo carries no language server. Run “pip install modgo-lsp”, then restart the server."
          : "There is no Python that Modgo can set up its environment with: see the output Modgo.",
      );
    }
    await context.workspaceState.update(DECLINED, undefined);
    const works = async (python: string) => (await search.probe(python)).ok;
    const plan = { bundle, ...base, root, extension: context.extensionUri.fsPath, works };
    output.info(`Setting up an environment in ${root} with ${base.python} (Python ${base.version})`);
    const began = performance.now();
    const { createEnvironment, SetUpError } = await import("./creation.js"); // few ever need it
    const done = await withProgress(aborting, output, async (onStep) => {
      try {
        return await createEnvironment(plan, onStep, signal);
      } catch (error) {
        if (error instanceof SetUpError && !signal.aborted) output.error(error.output.join("\n"));
        throw error;
      }
    });
    if (done === undefined) return;
    output.info(`Set up ${done} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await setting.clear();
    await server.restart();
    if (server.state.kind === "ready") {
      vscode.window.setStatusBarMessage("$(check) Modgo is set up", 5000);
    }
  };

  const run = () => (running ??= create().finally(() => (running = undefined)));

  return {
    run,
    async stop() {
      aborting.abort();
      await running?.catch(() => undefined);
    },
    get isDeclined() {
      return context.workspaceState.get(DECLINED) === true;
    },
    async decline() {
      await context.workspaceState.update(DECLINED, true);
    },
  };
}

function mayRemove(setting: string): Promise<boolean> {
  return confirm(
    `The setting modgo.interpreter names ${setting}, and Modgo uses no other Python while it does. ` +
      "Remove the setting when Modgo's own environment is set up?",
    "Remove the Setting",
  );
}

/** Returns the result of `work`, or undefined if it was cancelled. */
async function withProgress(
  aborting: AbortController,
  output: vscode.LogOutputChannel,
  work: (onStep: OnStep) => Promise<string>,
): Promise<string | undefined> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: "Modgo: setting up the language server",
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(() => {
      aborting.abort();
    });
    let reached = 0;
    try {
      return await work((message, percent) => {
        progress.report({ message, increment: Math.max(0, percent - reached) });
        reached = Math.max(reached, percent);
      });
    } catch (error) {
      if (aborting.signal.aborted) {
        output.info("The set-up was cancelled");
        return undefined;
      }
      throw error;
    }
  });
}
