// Registers the commands of the extension, shows their errors, refuses them in Restricted Mode, and sends requests to the
// server. Each group of commands has a file of its own.
import * as vscode from "vscode";
import type { InterpreterSearch } from "../environment/interpreter-search.js";
import type { SetUp } from "../environment/set-up.js";
import { UserError } from "../errors.js";
import { plain } from "../plain-text.js";
import type { Runs } from "../runs/runs.js";
import type { Server } from "../server/server.js";
import { ServerFailedError } from "../server/server-state.js";
import { showServerFailure } from "../server/state-messages.js";
import type { Status } from "../status.js";
import { showError, showWarning } from "../messages.js";

/** The parts of the extension that commands use. */
export interface CommandContext {
  readonly server: Server;
  readonly search: InterpreterSearch;
  readonly setUp: SetUp;
  /** The extension's folder. */
  readonly home: vscode.Uri;
  readonly status: Status;
  readonly output: vscode.LogOutputChannel;
  readonly runs: Runs;
}

/** The argument is undefined if the command was run from the palette, a Target if from a code lens. */
export type Command = (argument?: unknown) => Promise<void>;

export interface CommandFactory {
  readonly id: string;
  /** Whether it does more than check the code, so that Restricted Mode refuses it. */
  readonly needsTrust: boolean;
  readonly create: (context: CommandContext) => Command;
}

export function registerCommands(
  factories: readonly CommandFactory[],
  context: CommandContext,
): vscode.Disposable {
  return vscode.Disposable.from(
    ...factories.map((factory) => {
      const command = factory.create(context);
      return vscode.commands.registerCommand(factory.id, (argument?: unknown) =>
        guarded(factory.needsTrust, context.output, () => command(argument)),
      );
    }),
  );
}

/** Does what a user asked for, unless it needs trust in Restricted Mode. Shows errors. */
export async function guarded(
  needsTrust: boolean,
  output: vscode.LogOutputChannel,
  work: () => Promise<void>,
): Promise<void> {
  if (needsTrust && !vscode.workspace.isTrusted) {
    await explainRestrictedMode();
    return;
  }
  try {
    await work();
  } catch (error) {
    await showAnyError(error, output);
  }
}

/** Shows an error with its buttons: those of the remedy if the server failed. */
export async function showAnyError(error: unknown, output: vscode.LogOutputChannel): Promise<void> {
  if (error instanceof ServerFailedError) await showServerFailure(error.state);
  else await showCommandError(error, output);
}

async function explainRestrictedMode(): Promise<void> {
  const manage = "Manage Workspace Trust";
  const chosen = await showWarning(
    "Modgo only checks the code in Restricted Mode: building and running a module executes what is in this workspace. " +
      "Trust the workspace to build.",
    manage,
  );
  if (chosen === manage) await vscode.commands.executeCommand("workbench.trust.manage");
}

async function showCommandError(error: unknown, output: vscode.LogOutputChannel): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  // The stack of a UserError is of no use.
  output.error(error instanceof Error && !(error instanceof UserError) ? error : message);
  const show = "Show Output";
  const chosen = await showError(message.startsWith("Modgo") ? message : `Modgo: ${message}`, show);
  if (chosen === show) output.show();
}

export interface ServerRequest {
  /** Shown while it runs, such as "building counters". */
  readonly title: string;
  /** The command of the server. */
  readonly command: string;
  /** JSON text. */
  readonly argument: string;
}

/**
 * Runs a command of the server, with a notification that shows progress and has a Cancel button. Returns the result as
 * JSON text, or undefined if it was cancelled.
 */
export async function runOnServer(
  context: CommandContext,
  request: ServerRequest,
): Promise<string | undefined> {
  const { title, command, argument } = request;
  context.output.info(`${command} ${argument}`);
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: plain(`Modgo: ${title}`),
    cancellable: true,
  };
  const running = vscode.window.withProgress(options, async (progress, token) => {
    try {
      return await context.server.execute(command, argument, token, ({ message, ...step }) => {
        const more = message === undefined ? "" : withoutPrefix(message, title);
        progress.report(more === "" ? step : { ...step, message: more });
      });
    } catch (error) {
      if (!token.isCancellationRequested) throw error;
      context.output.info(`${command} was cancelled`);
      return undefined;
    }
  });
  return context.status.during(title, Promise.resolve(running));
}

/** The server's steps repeat our title: "measuring add" before "measuring add fenced, sample 3 of 10". */
function withoutPrefix(message: string, title: string): string {
  return message.startsWith(title) ? message.slice(title.length).trim() : message;
}

/** Saves all files, because builds read them from disk. Throws if a file can't be saved. */
export async function saveAll(): Promise<void> {
  if (!(await vscode.workspace.saveAll(false))) {
    throw new UserError(
      "A changed file couldn't be saved, and a build reads files from disk. Save it, then try again.",
    );
  }
}
