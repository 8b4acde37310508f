// The process of the language server and its client, which makes what comes from it plain text. It is loaded at the first
// start: the client's library has three quarters of the code, and loading it took 30 to 40 of the 155 ms of the bundle.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as vscode from "vscode";
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  MessageType,
  RevealOutputChannelOn,
  ShowMessageNotification,
  type WorkDoneProgressBegin,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
} from "vscode-languageclient/node";
import { type Interpreter, ISOLATED } from "../interpreter.js";
import { showError, showInformation, showWarning } from "../messages.js";
import { plain } from "../plain-text.js";
import { killTree } from "../process-tree.js";
import { type PartialResults, type Report, sendCommand } from "./command-request.js";
import { createCollection } from "./compiler-errors.js";
import { methodsOfGopls } from "./gopls.js";
import { explicitSettings, grants } from "./settings.js";

const MAX_STDERR_LINES = 40;

export interface Launched {
  readonly client: LanguageClient;
  /** Runs a command of the server; see Server.execute. */
  send(
    command: string,
    argument: string,
    token: vscode.CancellationToken,
    report: Report,
    partial: PartialResults | undefined,
  ): Promise<string>;
  /** Resolves when the server answers. */
  ping: () => Promise<unknown>;
  /** The last lines of the server's standard error. */
  readonly stderr: readonly string[];
  /** Kills the process and its descendants if it still runs. */
  kill(): void;
  /** Resolves when the process has ended, or if it couldn't be started. */
  readonly ended: Promise<void>;
}

/**
 * Creates a client whose `start` starts the process. Its current folder is `folder`. `lensCommands` are commands of this
 * extension that the server's code lenses may use. `onClosed` is called when the connection ends.
 */
export function createClient(
  interpreter: Interpreter,
  folder: string,
  lensCommands: readonly string[],
  output: vscode.LogOutputChannel,
  onClosed: () => void,
): Launched {
  const stderr: string[] = [];
  let child: ChildProcess | undefined;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const launch = async () => {
    const args = [...ISOLATED, "-m", "modgo_lsp", "lsp"];
    const started = (child = spawn(interpreter.python, args, { cwd: folder, windowsHide: true }));
    started.once("exit", end);
    started.once("error", end);
    await once(started, "spawn"); // rejects with the error
    // The client doesn't end a process that is called detached. kill() does, with the descendants.
    return { process: started, detached: true };
  };
  const options = clientOptions(
    () => client,
    lensCommands,
    output,
    onClosed,
    (line) => {
      stderr.push(line);
      if (stderr.length > MAX_STDERR_LINES) stderr.shift();
    },
  );
  const client: LanguageClient = new QuietClient("modgo", "Modgo", launch, options);
  client.onNotification(ShowMessageNotification.type, ({ type, message }) => {
    if (type === MessageType.Error) void showError(message);
    else if (type === MessageType.Warning) void showWarning(message);
    else void showInformation(message);
  });
  return {
    client,
    send: (...request) => sendCommand(client, ...request),
    ping: () => client.sendRequest(ExecuteCommandRequest.type, { command: "modgo.status" }),
    stderr,
    ended,
    kill() {
      if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
        killTree(child.pid);
    },
  };
}

/** A client that only logs its errors: the user gets one message about a server that fails, with what to do. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

function clientOptions(
  client: () => LanguageClient,
  commands: readonly string[],
  output: vscode.LogOutputChannel,
  onClosed: () => void,
  onStderr: (line: string) => void,
): LanguageClientOptions {
  return {
    documentSelector: [
      { scheme: "file", language: "go" },
      { scheme: "file", pattern: "**/testdata/udf/*.{case.yaml,case.json,record.json,records.jsonl}" },
    ],
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: {
      // The server requests them again when they change.
      settings: explicitSettings(),
      trusted: vscode.workspace.isTrusted,
      allow: grants(),
      commands,
      without: methodsOfGopls(),
      results: "text", // JSON.parse, which the client uses, turns every number into a double
    },
    diagnosticCollectionProvider: {
      create: createCollection,
      dispose(collection) {
        collection.dispose();
      },
    },
    middleware: {
      // Code lenses contain names of UDFs, progress contains names of folders.
      async provideCodeLenses(document, token, next) {
        return (await next(document, token))?.map(plainLens);
      },
      async resolveCodeLens(lens, token, next) {
        const resolved = await next(lens, token);
        return resolved && plainLens(resolved);
      },
      workspace: {
        // The client would send the defaults of package.json too.
        didChangeConfiguration: () =>
          client().sendNotification(DidChangeConfigurationNotification.type, {
            settings: { modgo: explicitSettings() },
          }),
        configuration: (params) =>
          params.items.map(({ section }) => (section === "modgo" ? explicitSettings() : {})),
      },
      handleWorkDoneProgress(token, params, next) {
        next(token, plainProgress(params));
      },
    },
    initializationFailedHandler: () => false, // start() rejects, which is shown once
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue }), // closed() follows
      closed() {
        onClosed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
    stdioOptions: {
      stdout: () => undefined, // the protocol
      stderr: (stream) => {
        // The server logs by window/logMessage. Its standard error has what it prints when it can't.
        createInterface({ input: stream }).on("line", (line) => {
          if (line.trim() !== "") onStderr(line.trimEnd());
          output.debug(line);
        });
      },
    },
  };
}

function plainLens(lens: vscode.CodeLens): vscode.CodeLens {
  if (lens.command !== undefined) lens.command.title = plain(lens.command.title);
  return lens;
}

type Progress = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

function plainProgress(progress: Progress): Progress {
  const { message } = progress;
  const shown = message === undefined ? progress : { ...progress, message: plain(message) };
  return shown.kind === "begin" ? { ...shown, title: plain(shown.title) } : shown;
}
