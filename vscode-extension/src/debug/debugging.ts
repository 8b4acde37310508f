// The debug type "modgo": configurations from launch.json or from the file in the editor, and the adapter, which is the
// command `modgo debug --dap stdio`. It ends with the session, and everything that it started with it.
import * as path from "node:path";
import * as vscode from "vscode";
import { showAnyError } from "../commands/command.js";
import { UserError } from "../errors.js";
import { activeGoFile } from "../packages.js";
import { plain } from "../plain-text.js";
import type { Server } from "../server/server.js";
import {
  areArguments,
  argumentsKey,
  hasVariables,
  literalOf,
  parametersOf,
  resolved,
  udfAt,
  type UdfSymbol,
  withLiteral,
} from "./call.js";
import { udfsIn } from "./udfs-in-file.js";
import { haveDelve, type Modgo, modgoCommand, toolOptions } from "./delve.js";

const TYPE = "modgo";

export interface DebugParts {
  readonly home: vscode.Uri;
  readonly server: Server;
  readonly output: vscode.LogOutputChannel;
  /** Stores the arguments that were entered last, per workspace. */
  readonly memory: vscode.Memento;
}

export function createDebugging(parts: DebugParts): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.debug.registerDebugConfigurationProvider(TYPE, {
      resolveDebugConfiguration: (_folder, config) => guarded(parts, () => complete(parts, config)),
      resolveDebugConfigurationWithSubstitutedVariables: (_folder, config) =>
        guarded(parts, async () => ((await haveDelve(await modgoOf(parts))) ? resolved(config) : undefined)),
    }),
    vscode.debug.registerDebugConfigurationProvider(
      TYPE,
      { provideDebugConfigurations: () => configurationsOfFile() },
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, {
      createDebugAdapterDescriptor: async () => {
        const { python, folder } = await modgoOf(parts);
        const words = modgoCommand(["debug", "--dap", "stdio", ...toolOptions()]);
        return new vscode.DebugAdapterExecutable(python, words, { cwd: folder });
      },
    }),
  );
}

/** The configuration of a UDF, such as that of a lens or a test. */
export function debugConfiguration(
  name: string,
  file: string,
  more: Readonly<Record<string, unknown>>,
): vscode.DebugConfiguration {
  return withLiteral(configurationNamed(name), { package: folderOf(file), ...more });
}

function configurationNamed(name: string): vscode.DebugConfiguration {
  return { type: TYPE, request: "launch", name: hasVariables(name) ? "Debug UDF" : `Debug ${name}` };
}

/** Shows an error instead of passing it on: VS Code would show it without our name, and open launch.json. */
async function guarded(
  { output }: DebugParts,
  work: () => Promise<vscode.DebugConfiguration | undefined>,
): Promise<vscode.DebugConfiguration | undefined> {
  try {
    return await work();
  } catch (error) {
    void showAnyError(error, output);
    return undefined;
  }
}

/** Fills in what a configuration leaves open: F5 without a launch.json passes an empty one. */
async function complete(
  parts: DebugParts,
  config: vscode.DebugConfiguration,
): Promise<vscode.DebugConfiguration | undefined> {
  const file = activeGoFile();
  const line = vscode.window.activeTextEditor?.selection.active.line ?? -1;
  await parts.server.ready(); // it knows the UDFs of the file; the user may look at another meanwhile
  const literal: Record<string, unknown> = { ...literalOf(config) };
  const given: Readonly<Record<string, unknown>> = { ...config, ...literal };
  let name = config.name === "" ? undefined : (config.name as string | undefined);
  if (given["package"] === undefined) {
    if (file === undefined) {
      throw new UserError("There is no Go file to debug: open the file of a UDF, then start again.");
    }
    literal["package"] = folderOf(file.fsPath);
  }
  if (given["case"] === undefined) {
    const symbols = file === undefined ? [] : await udfsIn(file);
    let udf = given["function"];
    if (udf === undefined) {
      const chosen = await chooseUdf(symbols, line);
      if (chosen === undefined) return undefined;
      udf = literal["function"] = chosen.name;
      name = configurationNamed(chosen.name).name;
    }
    if (given["args"] === undefined) {
      const packageFolder = String(literal["package"] ?? config["package"]);
      // VS Code has not replaced variables yet; they name the folder of the file.
      const folder =
        file !== undefined && hasVariables(packageFolder) ? folderOf(file.fsPath) : packageFolder;
      const args = await askArguments(parts, symbols, folder, String(udf));
      if (args === undefined) return undefined;
      literal["args"] = args;
    }
  }
  return withLiteral({ ...config, type: TYPE, request: "launch", name: name ?? "Debug UDF" }, literal);
}

/** The UDF at a line, or one that the user chooses. Throws a UserError if there is none. */
async function chooseUdf(symbols: readonly UdfSymbol[], line: number): Promise<UdfSymbol | undefined> {
  if (symbols.length === 0) {
    throw new UserError(
      "There is no registered UDF in this file. A function is a UDF once it is registered with udf.Register.",
    );
  }
  const found = udfAt(symbols, line);
  if (found !== undefined) return found;
  const picked = await vscode.window.showQuickPick(
    symbols.map((udf) => ({ label: plain(udf.name), description: plain(udf.detail), udf })),
    { title: "Debug UDF", placeHolder: "Which function?" },
  );
  return picked?.udf;
}

/** Returns the arguments as text; "" for a function without parameters, undefined if the user cancelled. */
async function askArguments(
  { memory }: DebugParts,
  symbols: readonly UdfSymbol[],
  folder: string,
  name: string,
): Promise<string | undefined> {
  const signature = symbols.find((udf) => udf.name === name)?.detail;
  const parameters = signature === undefined ? undefined : parametersOf(signature);
  if (parameters === "") return "";
  const key = argumentsKey(folder, name);
  const text = await vscode.window.showInputBox({
    title: plain(signature ?? name),
    prompt: "JSON values, separated by commas",
    placeHolder: parameters ?? '"hits", 5',
    value: memory.get<string>(key, ""),
    ignoreFocusOut: true,
    validateInput: (typed) =>
      areArguments(typed) ? undefined : 'Enter JSON values, separated by commas, such as "hits", 5',
  });
  if (text === undefined) return undefined;
  await memory.update(key, text);
  return text;
}

/** The configurations that "Select and Start Debugging" offers for the active file. */
async function configurationsOfFile(): Promise<vscode.DebugConfiguration[]> {
  const file = activeGoFile();
  if (file === undefined) return [];
  const symbols = await udfsIn(file);
  const folder = folderOf(file.fsPath);
  // In launch.json, to which the user can add them, VS Code replaces variables.
  return symbols
    .filter(({ name }) => !hasVariables(`${folder} ${name}`))
    .map(({ name }) => ({ ...configurationNamed(name), package: folder, function: name }));
}

/** The interpreter of the server, which runs the command, too. Rejects with a UserError if the server isn't running. */
async function modgoOf({ home, server, output }: DebugParts): Promise<Modgo> {
  const { interpreter } = await server.ready();
  return { python: interpreter.python, folder: home.fsPath, output };
}

function folderOf(file: string): string {
  return file.endsWith(".go") ? path.dirname(file) : file;
}
