// What every command of the extension shares: how it is made and registered, that it explains a refusal in
// Restricted Mode, and that no error of it is lost. Each family has its own file beside this one.
import * as vscode from "vscode";
import { UserError } from "../errors.js";
import { plain } from "../plain-text.js";
import type { ResultDocuments } from "../results/documents.js";
import type { Server } from "../server/server.js";
import type { Status } from "../status.js";
import { showError, showWarning } from "../messages.js";

export interface Rooms {
  readonly server: Server;
  readonly status: Status;
  readonly output: vscode.LogOutputChannel;
  readonly documents: ResultDocuments;
  /** Remembers what was typed last, per workspace. */
  readonly memory: vscode.Memento;
}

/** Gets what the caller gave: nothing from the palette, a target from a lens. */
export type Command = (argument?: unknown) => Promise<void>;

export interface CommandFactory {
  readonly id: string;
  /** Does more than check the code: refused in Restricted Mode. */
  readonly needsTrust: boolean;
  readonly create: (rooms: Rooms) => Command;
}

export function registerCommands(factories: readonly CommandFactory[], rooms: Rooms): vscode.Disposable {
  return vscode.Disposable.from(
    ...factories.map((factory) => {
      const command = factory.create(rooms);
      return vscode.commands.registerCommand(factory.id, async (argument?: unknown) => {
        if (factory.needsTrust && !vscode.workspace.isTrusted) {
          await explainRestrictedMode();
          return;
        }
        try {
          await command(argument);
        } catch (error) {
          await tellError(error, rooms.output);
        }
      });
    }),
  );
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

async function tellError(error: unknown, output: vscode.LogOutputChannel): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  // Where the program came to an error of the user's says nothing to anyone.
  output.error(error instanceof Error && !(error instanceof UserError) ? error : message);
  const show = "Show Output";
  const chosen = await showError(message.startsWith("Modgo") ? message : `Modgo: ${message}`, show);
  if (chosen === show) output.show();
}

export interface ServerWork {
  /** Shown while it goes on, such as "building counters". */
  readonly title: string;
  /** The server's command. */
  readonly command: string;
  /** JSON text. */
  readonly argument: string;
}

/**
 * Runs a command of the server's behind a notification with progress and a Cancel button.
 * Gives the result's JSON text, undefined when it was cancelled.
 */
export async function runOnServer(rooms: Rooms, work: ServerWork): Promise<string | undefined> {
  const { title, command, argument } = work;
  rooms.output.info(`${command} ${argument}`);
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: plain(`Modgo: ${title}`),
    cancellable: true,
  };
  const running = vscode.window.withProgress(options, async (progress, token) => {
    try {
      return await rooms.server.execute(command, argument, token, (step) => {
        progress.report(step);
      });
    } catch (error) {
      if (!token.isCancellationRequested) throw error;
      rooms.output.info(`${command} was cancelled`);
      return undefined;
    }
  });
  return rooms.status.during(title, Promise.resolve(running));
}

/** Saves what is being edited, for builds read the disk. Throws when a file can't be saved. */
export async function saveAll(): Promise<void> {
  if (!(await vscode.workspace.saveAll(false))) {
    throw new UserError(
      "A changed file couldn't be saved, and a build reads files from disk. Save it, then try again.",
    );
  }
}
