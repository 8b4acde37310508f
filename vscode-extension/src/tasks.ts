// The tasks of UDF packages: build, test and lint by the command `modgo` of the interpreter that the server runs with.
// There are none in Restricted Mode.
import { existsSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { ISOLATED } from "./interpreter.js";
import { findPackages } from "./packages.js";
import { plain } from "./plain-text.js";
import type { ServerState } from "./server/server-state.js";
import type { Server } from "./server/server.js";

const TYPE = "modgo";
const COMMANDS = ["build", "test", "lint"] as const;
type CommandName = (typeof COMMANDS)[number];

/** As in tasks.json; package.json has its schema. */
interface Definition extends vscode.TaskDefinition {
  readonly command: CommandName;
  /** Relative to the workspace's folder, "." by default. */
  readonly package?: string;
  readonly args?: readonly string[];
}

export function createTasks(server: Server, output: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TYPE, {
    async provideTasks() {
      const python = await interpreter(server);
      if (!vscode.workspace.isTrusted || python === undefined) return [];
      const folders = await findPackages(output);
      return folders.flatMap((folder) => {
        const scope = vscode.workspace.getWorkspaceFolder(folder);
        // VS Code would replace a variable such as ${command:…} in a folder's name.
        if (scope === undefined || folder.fsPath.includes("${")) return [];
        const relative = path.relative(scope.uri.fsPath, folder.fsPath) || ".";
        return COMMANDS.map((command) => taskOf({ type: TYPE, command, package: relative }, scope, python));
      });
    },
    async resolveTask({ definition, scope }) {
      const folder = typeof scope === "object" ? scope : vscode.workspace.workspaceFolders?.[0];
      if (!vscode.workspace.isTrusted || folder === undefined || !isDefinition(definition)) return undefined;
      const python = await interpreter(server);
      return python === undefined ? undefined : taskOf(definition, folder, python);
    },
  });
}

function isDefinition(definition: vscode.TaskDefinition): definition is Definition {
  const { command, package: folder = ".", args = [] } = definition as Partial<Record<string, unknown>>;
  return (
    COMMANDS.some((each) => each === command) &&
    typeof folder === "string" &&
    Array.isArray(args) &&
    args.every((each) => typeof each === "string")
  );
}

/** Runs in the workspace's folder, so that the paths in its output are relative to it, as the problem matchers expect. */
function taskOf(definition: Definition, scope: vscode.WorkspaceFolder, python: string): vscode.Task {
  const { command, package: folder = ".", args = [] } = definition;
  const target = folder === "." ? "." : `.${path.sep}${folder}`;
  // The command line writes a module into the current folder, the editor into the package's.
  const output = command === "build" && folder !== "." ? ["-o", `${target}${path.sep}`] : [];
  const execution = new vscode.ProcessExecution(
    ...commandLine(python, [command, target, ...output, ...args]),
    {
      cwd: scope.uri.fsPath,
    },
  );
  const name = folder === "." ? command : `${command} ${folder}`;
  // What lint finds is in Problems already, reported by the server.
  const matchers = { build: ["$modgo"], test: ["$modgo", "$modgo-test"], lint: [] }[command];
  const task = new vscode.Task(definition, scope, plain(name), TYPE, execution, matchers);
  if (command === "build") task.group = vscode.TaskGroup.Build;
  if (command === "test") task.group = vscode.TaskGroup.Test;
  return task;
}

/** The Python that the server runs with, once it has started. */
function interpreter(server: Server): Promise<string | undefined> {
  const pythonOf = (state: ServerState) => (state.kind === "ready" ? state.interpreter.python : undefined);
  if (server.state.kind !== "starting") return Promise.resolve(pythonOf(server.state));
  return new Promise((resolve) => {
    const listener = server.onDidChangeState((state) => {
      if (state.kind === "starting") return;
      listener.dispose();
      resolve(pythonOf(state));
    });
  });
}

/** Runs modgo without the current folder among those that Python imports from. */
const PROGRAM = "import sys; sys.path.remove(''); from modgo_lsp.cli.main import main; main()";

/** The program and its arguments: the script of Python's environment, which pip --user puts elsewhere. */
function commandLine(python: string, args: string[]): [string, string[]] {
  const script = path.join(path.dirname(python), process.platform === "win32" ? "modgo.exe" : "modgo");
  return existsSync(script) ? [script, args] : [python, [...ISOLATED, "-c", PROGRAM, ...args]];
}
