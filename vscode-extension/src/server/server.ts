// Starts, restarts and stops the language server, and sends it commands. A server that crashes or hangs is started again.
import { setTimeout as pause } from "node:timers/promises";
import * as vscode from "vscode";
import { unlessCancelled } from "../cancellation.js";
import type { InterpreterSearch } from "../environment/interpreter-search.js";
import { UserError } from "../errors.js";
import type { Interpreter } from "../interpreter.js";
import type { Launched } from "./client.js";
import type { PartialResults, Report } from "./command-request.js";
import { createCrashes } from "./crashes.js";
import { watchLiveness } from "./liveness.js";
import { type Ready, ServerFailedError, type ServerState } from "./server-state.js";

/** Commands of this extension that the server's code lenses and actions may use. */
export const LENS_COMMANDS = [
  "modgo.client.buildAndLoad",
  "modgo.client.runOnSample",
  "modgo.client.debug",
  "modgo.client.test",
  "modgo.client.bench",
  "modgo.client.addSdk",
] as const;

export interface Server {
  readonly state: ServerState;
  readonly onDidChangeState: vscode.Event<ServerState>;
  /** Starts or restarts the server. Never rejects: an error is in `state`. Further calls while one waits share it. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Starts a server that is idle, and waits for a start that is under way. Rejects with a UserError if the server isn't
   *  running then: a ServerFailedError if it couldn't start. */
  ready(): Promise<Ready>;
  /** Runs a command of the server, with JSON text as argument and result, when it is ready. Rejects as `ready` does, and with
   *  any error once `token` is cancelled. */
  execute(
    command: string,
    argument: string,
    token: vscode.CancellationToken,
    report: Report,
    partial?: PartialResults,
  ): Promise<string>;
}

/** It takes half a second, some seconds where the disk is slow and everything else starts too. */
const START_S = 30;
const STOP_MS = 2000;

type CreateClient = (typeof import("./client.js"))["createClient"];

export function createServer(
  search: InterpreterSearch,
  home: vscode.Uri,
  output: vscode.LogOutputChannel,
): Server {
  const changed = new vscode.EventEmitter<ServerState>();
  const crashes = createCrashes();
  let state: ServerState = { kind: "idle" };
  let current: Launched | undefined;
  let abandoned: Launched | undefined; // a start that a restart has ended
  let endWatch: () => void = () => undefined;
  let recovery = new AbortController(); // the pause before a start after a crash

  const enter = (next: ServerState) => {
    state = next;
    changed.fire(next);
  };

  const fail = (what: string, { stderr }: Launched) => {
    if (stderr.length > 0) output.error(`The server's last output:\n${stderr.join("\n")}`);
    const last = stderr.at(-1);
    const message = last === undefined ? what : `${what} Its last output: ${last}`;
    enter({ kind: "failed", message, remedy: "restart" });
  };

  const start = async () => {
    enter({ kind: "starting" });
    const [result, { createClient }] = await Promise.all([search.find(), import("./client.js")]);
    if (!result.ok) {
      enter({ kind: "failed", message: result.message, remedy: result.remedy });
      return;
    }
    await startWith(result.interpreter, createClient);
  };

  const startWith = async (interpreter: Interpreter, createClient: CreateClient) => {
    const trusted = vscode.workspace.isTrusted;
    const onClosed = () => {
      if (current === launched && state.kind === "ready") recover(launched);
    };
    const launched = createClient(interpreter, home.fsPath, LENS_COMMANDS, output, onClosed);
    current = launched;
    const limit = setTimeout(() => {
      output.error(`The server didn't start within ${START_S} s, so it was killed`);
      launched.kill();
    }, START_S * 1000);
    try {
      await Promise.race([launched.client.start(), launched.ended.then(rejectEnded)]);
    } catch (error) {
      current = undefined;
      launched.kill();
      if (abandoned === launched) return;
      output.error(String(error));
      await Promise.race([launched.ended, pause(STOP_MS)]); // for its last output
      fail("The Modgo language server couldn't start.", launched);
      return;
    } finally {
      clearTimeout(limit);
    }
    endWatch = watchLiveness(launched.ping, () => {
      output.error("The server doesn't respond any more, so it is killed and started again");
      launched.kill(); // which closes the connection
    });
    enter({ kind: "ready", interpreter, trusted });
  };

  /** Starts a server that has crashed or was killed again, later if that happens often. */
  const recover = (launched: Launched) => {
    current = undefined;
    endWatch();
    launched.kill();
    const delay = crashes.add(Date.now());
    if (delay === undefined) {
      fail("The Modgo language server stopped.", launched);
      return;
    }
    const tail = launched.stderr.length > 0 ? `:\n${launched.stderr.join("\n")}` : "";
    output.warn(`The server stopped; it starts again in ${delay / 1000} s${tail}`);
    enter({ kind: "starting" });
    const { signal } = (recovery = new AbortController());
    last = last.then(async () => {
      await pause(delay, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await start();
    });
  };

  const stop = async () => {
    const running = current;
    current = undefined;
    endWatch();
    if (running === undefined) return;
    enter({ kind: "stopped" });
    try {
      await running.client.dispose(STOP_MS);
      await Promise.race([running.ended, pause(STOP_MS)]);
    } catch (error) {
      output.warn(`The server didn't shut down cleanly: ${String(error)}`);
    }
    running.kill();
  };

  /** Ends a start that is under way, or the pause before it: what follows need not wait for it. */
  const abandonStart = () => {
    recovery.abort();
    if (state.kind !== "starting") return;
    abandoned = current;
    current?.kill();
  };

  // At most one restart runs and one waits. Calls while one waits return that one.
  let last: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  const restart = () => {
    crashes.clear();
    abandonStart();
    waiting ??= last = last.then(async () => {
      waiting = undefined;
      await stop();
      await start();
    });
    return waiting;
  };

  const ready = async () => {
    if (state.kind === "idle") await restart();
    let waitedFor;
    do {
      waitedFor = last; // a restart that is running, and one that came meanwhile
      await waitedFor;
    } while (waitedFor !== last);
    if (state.kind === "ready") return state;
    throw state.kind === "failed" ? new ServerFailedError(state) : notRunning();
  };

  return {
    get state() {
      return state;
    },
    onDidChangeState: changed.event,
    restart,
    stop() {
      abandonStart();
      return (last = last.then(stop));
    },
    ready,
    async execute(command, argument, token, report, partial) {
      await unlessCancelled(ready(), token);
      const running = current;
      if (running === undefined) throw notRunning();
      try {
        return await running.send(command, argument, token, report, partial);
      } catch (error) {
        if (current === running) throw error;
        throw new UserError("The language server stopped before the command was done. Try again.");
      }
    },
  };
}

function notRunning(): UserError {
  return new UserError("The language server isn't running.");
}

function rejectEnded(): never {
  throw new Error("the server's process ended");
}
