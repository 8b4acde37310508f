// Starts, restarts and stops the language server, and sends it commands.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { createInterface } from "node:readline";
import * as vscode from "vscode";
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  type ErrorHandler,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  MessageType,
  ProgressType,
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
import { methodsOfGopls } from "./gopls.js";
import type { ServerState } from "./server-state.js";
import { explicitSettings } from "./settings.js";

/** Commands of this extension that the server's code lenses and actions may use. */
export const LENS_COMMANDS = [
  "modgo.client.buildAndLoad",
  "modgo.client.runOnSample",
  "modgo.client.test",
  "modgo.client.bench",
  "modgo.client.addSdk",
] as const;

export type Report = (step: { message?: string; increment?: number }) => void;

/** Receives a command's results as they come, as JSON text. `token` is the partialResultToken of its options. */
export interface PartialResults {
  readonly token: string;
  receive(text: string): void;
}

export interface Server {
  readonly state: ServerState;
  readonly onDidChangeState: vscode.Event<ServerState>;
  /** Starts or restarts the server. Never rejects: an error is in `state`. Further calls while one waits share it. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Runs a command of the server, with JSON text as argument and result. Rejects with a UserError if the server isn't
   *  running. */
  execute(
    command: string,
    argument: string,
    token: vscode.CancellationToken,
    report: Report,
    partial?: PartialResults,
  ): Promise<string>;
}

export function createServer(home: vscode.Uri, output: vscode.LogOutputChannel): Server {
  const changed = new vscode.EventEmitter<ServerState>();
  let state: ServerState = { kind: "stopped" };
  let client: LanguageClient | undefined;
  let stderr: string[] = []; // the last lines of the server's standard error

  const enter = (next: ServerState) => {
    if (next.kind === "starting" && state.kind === "starting") return; // set by start(), then by the client
    state = next;
    changed.fire(next);
  };

  const fail = () => {
    if (stderr.length > 0) output.error(`The server's last output:\n${stderr.join("\n")}`);
    enter({ kind: "failed", message: stoppedMessage(stderr.at(-1) ?? "") });
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
    const lines = (stderr = []) as string[];
    client = createClient(interpreter, home.fsPath, output, (line) => {
      lines.push(line);
      if (lines.length > MAX_STDERR_LINES) lines.shift();
    });
    const ready: ServerState = { kind: "ready", interpreter, trusted: vscode.workspace.isTrusted };
    const started = client;
    started.onDidChangeState(({ newState }) => {
      if (client !== started) return; // stop() has been called
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
      output.warn(`The server didn't shut down cleanly: ${String(error)}`);
    }
  };

  // At most one restart runs and one waits. Calls while one waits return that one.
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
    async execute(command, argument, token, report, partial) {
      await last; // a restart that is running
      if (client === undefined || state.kind !== "ready") {
        throw new UserError(state.kind === "failed" ? state.message : "The language server isn't running.");
      }
      return sendCommand(client, command, argument, token, report, partial);
    },
  };
}

const PARTIAL_RESULTS = new ProgressType<{ readonly json: string }>();

async function sendCommand(
  client: LanguageClient,
  command: string,
  argument: string,
  token: vscode.CancellationToken,
  report: Report,
  partial: PartialResults | undefined,
): Promise<string> {
  const workDoneToken = `modgo-${randomUUID()}`;
  let reached = 0;
  const results =
    partial &&
    client.onProgress(PARTIAL_RESULTS, partial.token, ({ json }) => {
      partial.receive(json);
    });
  const listener = client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
    if (value.kind === "end") return;
    const message = value.message === undefined ? undefined : plain(value.message); // the title is ours
    // LSP reports the total, VS Code expects the increment.
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
    results?.dispose();
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

function stoppedMessage(lastLine: string): string {
  const detail = lastLine === "" ? "" : ` Its last output: ${lastLine}`;
  return `The Modgo language server stopped.${detail}`;
}

const MAX_STDERR_LINES = 40;
const MAX_CRASHES = 4;
const CRASH_WINDOW_MS = 180_000;

/** Restarts a server that crashes, unless it crashes too often or right after its start. */
function restartAfterCrash(): ErrorHandler {
  const created = Date.now();
  const crashes: number[] = [];
  return {
    error: () => ({ action: ErrorAction.Continue }), // closed() follows
    closed: () => {
      const now = Date.now();
      crashes.push(now);
      const recent = crashes.filter((time) => now - time < CRASH_WINDOW_MS);
      const atOnce = now - created < 2000;
      const action = atOnce || recent.length > MAX_CRASHES ? CloseAction.DoNotRestart : CloseAction.Restart;
      return { action, handled: true }; // showState() shows the failure
    },
  };
}

function createClient(
  interpreter: Interpreter,
  folder: string,
  output: vscode.LogOutputChannel,
  onStderr: (line: string) => void,
): LanguageClient {
  const options: LanguageClientOptions = {
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
      commands: LENS_COMMANDS,
      without: methodsOfGopls(),
      results: "text", // JSON.parse, which the client uses, turns every number into a double
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
          client.sendNotification(DidChangeConfigurationNotification.type, {
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
    errorHandler: restartAfterCrash(),
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
  const executable = {
    command: interpreter.python,
    args: [...ISOLATED, "-m", "modgo_lsp", "lsp"],
    options: { cwd: folder },
  };
  const client: LanguageClient = new LanguageClient("modgo", "Modgo", executable, options);
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
