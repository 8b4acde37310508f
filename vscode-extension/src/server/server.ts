// The language server's life: find its Python, start it, restart it (also when settings or trust change),
// run its commands. Not for what the commands mean: src/commands/ has a file for each family.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { createInterface } from "node:readline";
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  MessageType,
  RevealOutputChannelOn,
  ShowMessageNotification,
  State,
  WorkDoneProgress,
  type WorkDoneProgressBegin,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
} from "vscode-languageclient/node";
import { UserError } from "../errors.js";
import {
  describeFailure,
  discover,
  type Discovery,
  type Interpreter,
  ISOLATED,
  probeWith,
} from "../interpreter.js";
import { showError, showInformation, showWarning } from "../messages.js";
import { plain } from "../plain-text.js";
import { leftToGopls } from "./gopls.js";
import type { ServerState } from "./server-state.js";

/** Commands of this extension that the server may put behind its code lenses. */
export const LENS_COMMANDS = ["modgo.client.buildAndLoad", "modgo.client.runOnSample"] as const;

export type Report = (step: { message?: string; increment?: number }) => void;

export interface Server {
  readonly state: ServerState;
  readonly onDidChangeState: vscode.Event<ServerState>;
  /** Starts, or stops and starts. Never rejects: what went wrong is in `state`. Calls in a row become one. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Runs a command of the server's: JSON text in, JSON text out. Rejects with a readable Error when there is
   *  no server. */
  execute(
    command: string,
    argument: string,
    token: vscode.CancellationToken,
    report: Report,
  ): Promise<string>;
}

export function createServer(home: vscode.Uri, output: vscode.LogOutputChannel): Server {
  const changed = new vscode.EventEmitter<ServerState>();
  let state: ServerState = { kind: "stopped" };
  let client: LanguageClient | undefined;
  let words: string[] = []; // what the server last said on stderr

  const enter = (next: ServerState) => {
    if (next.kind === "starting" && state.kind === "starting") return; // ours, then the client's
    state = next;
    changed.fire(next);
  };

  const fail = () => {
    if (words.length > 0) output.error(`The server's last words:\n${words.join("\n")}`);
    enter({ kind: "failed", message: stoppedMessage(words.at(-1) ?? "") });
  };

  const start = async () => {
    enter({ kind: "starting" });
    const discovery = await findInterpreter(home.fsPath);
    logDiscovery(discovery, output);
    const interpreter = discovery.found;
    if (interpreter === undefined) {
      enter({ kind: "failed", message: describeFailure(discovery) });
      return;
    }
    const heard = (words = []) as string[];
    client = createClient(interpreter, home.fsPath, output, (line) => {
      heard.push(line);
      if (heard.length > MAX_WORDS) heard.shift();
    });
    const ready: ServerState = { kind: "ready", interpreter, trusted: vscode.workspace.isTrusted };
    const started = client;
    started.onDidChangeState(({ newState }) => {
      if (client !== started) return; // being stopped by us
      if (newState === State.Running) enter(ready);
      else if (newState === State.Starting) enter({ kind: "starting" });
      else if (newState === State.Stopped) fail();
    });
    try {
      await started.start();
    } catch (error) {
      output.error(error instanceof Error ? error : String(error));
      client = undefined;
      fail();
    }
  };

  const stop = async () => {
    const running = client;
    client = undefined;
    if (running === undefined) return;
    enter({ kind: "stopped" });
    try {
      await running.dispose();
    } catch (error) {
      output.warn(`The server didn't stop in good order: ${String(error)}`);
    }
  };

  // At most one restart runs and one waits; whoever asks while one waits gets that one.
  let last: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  const restart = () => {
    waiting ??= last = last.then(async () => {
      waiting = undefined;
      await stop();
      await start();
    });
    return waiting;
  };

  return {
    get state() {
      return state;
    },
    onDidChangeState: changed.event,
    restart,
    stop: () => (last = last.then(stop)),
    async execute(command, argument, token, report) {
      await last; // a restart that is under way
      if (client === undefined || state.kind !== "ready") {
        throw new UserError(state.kind === "failed" ? state.message : "The language server isn't running.");
      }
      return sendCommand(client, command, argument, token, report);
    },
  };
}

async function sendCommand(
  client: LanguageClient,
  command: string,
  argument: string,
  token: vscode.CancellationToken,
  report: Report,
): Promise<string> {
  const workDoneToken = `modgo-${randomUUID()}`;
  let reached = 0;
  const listener = client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
    if (value.kind === "end") return;
    const message = value.message === undefined ? undefined : plain(value.message); // the title we have ourselves
    // LSP says how far in all, VS Code wants how much further.
    const increment = Math.max(0, (value.percentage ?? reached) - reached);
    reached += increment;
    report({ ...(message === undefined ? {} : { message }), increment });
  });
  try {
    const params = { command, arguments: [argument], workDoneToken };
    const answer = (await client.sendRequest(ExecuteCommandRequest.type, params, token)) as { json?: string };
    if (typeof answer.json !== "string") {
      throw new UserError("modgo-lsp is older than this extension. Run “pip install --upgrade modgo-lsp”.");
    }
    return answer.json;
  } finally {
    listener.dispose();
  }
}

function findInterpreter(folder: string): Promise<Discovery> {
  return discover(
    {
      setting: vscode.workspace.getConfiguration("modgo").get<string>("interpreter", "").trim(),
      folders: (vscode.workspace.workspaceFolders ?? [])
        .filter(({ uri }) => uri.scheme === "file")
        .map(({ uri }) => uri.fsPath),
      trusted: vscode.workspace.isTrusted,
      searchPath: process.env["PATH"] ?? "",
      home: homedir(),
      windows: process.platform === "win32",
      exists: existsSync,
    },
    probeWith(folder),
  );
}

function logDiscovery({ attempts, found }: Discovery, output: vscode.LogOutputChannel): void {
  for (const { candidate, probe } of attempts) {
    const verdict = probe.ok ? `has modgo-lsp ${probe.modgo} (Python ${probe.python})` : probe.reason;
    output.info(`Interpreter from ${candidate.origin}: ${candidate.python} ${verdict}`);
  }
  if (found === undefined && attempts.length === 0) output.error("No Python in the workspace or on PATH");
}

function stoppedMessage(lastWords: string): string {
  const words = lastWords === "" ? "" : ` Its last words: ${lastWords}`;
  return `The Modgo language server stopped.${words}`;
}

const MAX_WORDS = 40; // lines
const MAX_CRASHES = 4;
const CRASH_WINDOW_MS = 180_000;

/** A server that dies is started again, until it dies too often; one that dies at once is left alone. */
function restartAfterCrash(): ErrorHandler {
  const created = Date.now();
  const crashes: number[] = [];
  return {
    error: () => ({ action: ErrorAction.Continue }), // a broken pipe is followed by a close
    closed: () => {
      const now = Date.now();
      crashes.push(now);
      const recent = crashes.filter((time) => now - time < CRASH_WINDOW_MS);
      const atOnce = now - created < 2000;
      const action = atOnce || recent.length > MAX_CRASHES ? CloseAction.DoNotRestart : CloseAction.Restart;
      return { action, handled: true }; // the state's listeners tell the user
    },
  };
}

function createClient(
  interpreter: Interpreter,
  folder: string,
  output: vscode.LogOutputChannel,
  heard: (line: string) => void,
): LanguageClient {
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "go" },
      { scheme: "file", pattern: "**/testdata/udf/*.case.{yaml,json}" },
    ],
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: {
      // The server asks for them again when they change.
      settings: vscode.workspace.getConfiguration("modgo"),
      trusted: vscode.workspace.isTrusted,
      commands: LENS_COMMANDS,
      without: leftToGopls(),
      results: "text", // JSON.parse, by which messages are read, makes every number a double
    },
    middleware: {
      // Lenses have the names of UDFs in them, progress those of folders.
      async provideCodeLenses(document, token, next) {
        return (await next(document, token))?.map(plainLens);
      },
      async resolveCodeLens(lens, token, next) {
        const resolved = await next(lens, token);
        return resolved && plainLens(resolved);
      },
      handleWorkDoneProgress(token, params, next) {
        next(token, plainProgress(params));
      },
    },
    initializationFailedHandler: () => false, // start() rejects, and that is told once
    errorHandler: restartAfterCrash(),
    stdioOptions: {
      stdout: () => undefined, // the protocol's own stream
      stderr: (stream) => {
        // What the server wants to be read comes by window/logMessage; this is for when it can't.
        createInterface({ input: stream }).on("line", (line) => {
          if (line.trim() !== "") heard(line.trimEnd());
          output.debug(line);
        });
      },
    },
  };
  const executable = {
    command: interpreter.python,
    args: [...ISOLATED, "-m", "modgo_lsp", "lsp"],
    options: { cwd: folder },
  };
  const client = new LanguageClient("modgo", "Modgo", executable, options);
  client.onNotification(ShowMessageNotification.type, ({ type, message }) => {
    if (type === MessageType.Error) void showError(message);
    else if (type === MessageType.Warning) void showWarning(message);
    else void showInformation(message);
  });
  return client;
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
