// Delve: asks the command line for it, and offers to install it.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as vscode from "vscode";
import { UserError } from "../errors.js";
import { ISOLATED } from "../interpreter.js";
import { showInformation, showWarning } from "../messages.js";
import { plain } from "../plain-text.js";

/** How to run modgo: the interpreter, and a folder outside of the workspace. */
export interface Modgo {
  readonly python: string;
  readonly folder: string;
  readonly output: vscode.LogOutputChannel;
}

/** The command line of modgo with these words. */
export function modgoCommand(words: readonly string[]): string[] {
  return [...ISOLATED, "-m", "modgo_lsp", ...words];
}

/** The options for the tools that the settings name. */
export function toolOptions(): string[] {
  const settings = vscode.workspace.getConfiguration("modgo");
  const go = settings.get<string>("go.path", "").trim();
  const compiler = settings.get<string>("c.compiler", "").trim();
  return [...(go === "" ? [] : ["--go", go]), ...(compiler === "" ? [] : ["--cc", compiler])];
}

/** Returns whether Delve is there, after installing it if it is not and the user agrees. */
export async function haveDelve(modgo: Modgo): Promise<boolean> {
  const found = await run(modgo, ["debug", "--find-delve"]);
  if (found.code === 0) return true;
  const install = "Install Delve";
  const chosen = await showWarning(
    `Modgo debugs UDFs with Delve, Go's debugger. ${whyNot(found)} ` +
      "Modgo can install it into its cache: Go downloads and compiles it, which takes a minute.",
    install,
  );
  if (chosen !== install) return false;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: "Modgo: installing Delve",
    cancellable: true,
  };
  const done = await vscode.window.withProgress(options, (progress, token) =>
    run(
      modgo,
      ["debug", "--install-delve", ...toolOptions()],
      (line) => {
        progress.report({ message: plain(line) });
      },
      token,
    ),
  );
  if (done.code === 0) {
    void showInformation(done.stdout.trim());
    return true;
  }
  if (done.code !== undefined) throw new UserError(errorOf(done) ?? "Delve could not be installed.");
  return false;
}

/** Why Delve can't be used, as a sentence: it wasn't found, or is too old. */
function whyNot(done: Done): string {
  const error = errorOf(done) ?? "It was not found";
  return `${error.charAt(0).toUpperCase()}${error.slice(1)}.`;
}

/** The message of a command that failed; its remedy is for a terminal. */
function errorOf({ stderr }: Done): string | undefined {
  return stderr.findLast((line) => line.startsWith("Error: "))?.slice("Error: ".length);
}

interface Done {
  /** Undefined if it was cancelled. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

function run(
  { python, folder, output }: Modgo,
  words: readonly string[],
  onLine: (line: string) => void = () => undefined,
  token?: vscode.CancellationToken,
): Promise<Done> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, modgoCommand(words), { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const stderr: string[] = [];
    let stdout = "";
    child.stdout.setEncoding("utf8"); // a chunk can end within a character
    child.stdout.on("data", (text: string) => (stdout += text));
    createInterface({ input: child.stderr }).on("line", (line) => {
      stderr.push(line);
      output.info(line);
      onLine(line.replace(/^installing Delve [\d.]+:? ?/, ""));
    });
    token?.onCancellationRequested(() => child.kill("SIGTERM")); // it ends its own children
    child.on("error", reject);
    child.on("close", (code) => {
      const cancelled = token?.isCancellationRequested === true;
      resolve({ code: cancelled ? undefined : (code ?? 1), stdout, stderr });
    });
  });
}
