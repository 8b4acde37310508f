// The commands that build a module, and that build and load it.
import * as path from "node:path";
import * as vscode from "vscode";
import { UserError } from "../errors.js";
import { choosePackage, packageFolder } from "../packages.js";
import {
  buildSummary,
  failureSummary,
  formatFinding,
  functionsTable,
  loadSummary,
} from "../results/format.js";
import type {
  BuildAndLoadResult,
  BuildResult,
  CommandError,
  Finding,
  LoadResult,
} from "../server/command-results.js";
import {
  type CommandFactory,
  type CommandContext,
  runOnServer,
  saveAll,
  type ServerRequest,
} from "./command.js";
import { showError, showInformation } from "../messages.js";

const build: CommandFactory = {
  id: "modgo.client.build",
  needsTrust: true,
  create: (context) => async (argument) => {
    const request = await prepare(context, "building", "modgo.build", argument);
    if (request === undefined) return;
    const text = await runOnServer(context, request);
    if (text === undefined) return;
    const result = JSON.parse(text) as BuildResult;
    if (result.ok) await showBuilt(context, request, result);
    else await showFailure(context, `${request.name} didn't build`, result);
  },
};

const buildAndLoad: CommandFactory = {
  id: "modgo.client.buildAndLoad",
  needsTrust: true,
  create: (context) => async (argument) => {
    const request = await prepare(context, "building and loading", "modgo.buildAndLoad", argument);
    if (request === undefined) return;
    const text = await runOnServer(context, request);
    if (text === undefined) return;
    const result = JSON.parse(text) as BuildAndLoadResult;
    const { ok, build: built, load: loaded } = result;
    if (ok && built !== undefined && loaded !== undefined && loaded !== null) {
      await showLoaded(context, loaded, `${loadSummary(loaded)}. ${buildSummary(built)}`);
    } else {
      const what = built?.ok === true ? "was built but didn't load" : "didn't build";
      await showFailure(context, `${request.name} ${what}`, { ...loaded, ...result });
    }
  },
};

export const buildCommands: readonly CommandFactory[] = [build, buildAndLoad];

interface PackageRequest extends ServerRequest {
  /** The package's name. */
  readonly name: string;
}

/** Chooses the package and saves all files. Returns undefined if no package was chosen. */
async function prepare(
  { output }: CommandContext,
  doing: string,
  command: string,
  target: unknown,
): Promise<PackageRequest | undefined> {
  const uri = await choosePackage(target, output);
  if (uri === undefined) return undefined;
  await saveAll();
  const name = path.posix.basename(packageFolder(uri));
  return { name, title: `${doing} ${name}`, command, argument: JSON.stringify({ uri }) };
}

async function showBuilt(
  context: CommandContext,
  request: PackageRequest,
  result: BuildResult,
): Promise<void> {
  const summary = buildSummary(result);
  context.output.info(`${summary}: ${result.output}`);
  for (const finding of result.findings) context.output.warn(formatFinding(finding));
  const [load, reveal] = ["Load", "Reveal"] as const;
  const chosen = await showInformation(summary, load, reveal);
  if (chosen === reveal) await revealFile(result.output);
  if (chosen === load) {
    const loading = { ...request, title: `loading ${request.name}`, command: "modgo.load" };
    const text = await runOnServer(context, loading);
    if (text === undefined) return;
    const loaded = JSON.parse(text) as LoadResult;
    if (loaded.ok === false) await showFailure(context, `${request.name} didn't load`, loaded);
    else await showLoaded(context, loaded, loadSummary(loaded));
  }
}

/** Writes the functions to the output as a table, because a notification has one line. */
async function showLoaded(context: CommandContext, loaded: LoadResult, summary: string): Promise<void> {
  const go = loaded.properties?.["go-version"];
  if (go !== undefined) context.status.go(go);
  context.output.info(`${loadSummary(loaded)}\n\n${functionsTable(loaded.functions)}\n`);
  context.output.show(true);
  const reveal = "Reveal";
  const chosen = await showInformation(summary, reveal);
  if (chosen === reveal) await revealFile(loaded.path);
}

/** Shows the findings, or if there are none the error of the server. */
export async function showFailure(
  context: CommandContext,
  what: string,
  { error, findings = [] }: { readonly error?: CommandError; readonly findings?: readonly Finding[] },
): Promise<void> {
  if (findings.length === 0) {
    throw new UserError(error === undefined ? `${what}.` : `${what}: ${error.message}`);
  }
  context.output.error([`${what}:`, ...findings.map((finding) => `  ${formatFinding(finding)}`)].join("\n"));
  const [problems, output] = ["Show Problems", "Show Output"] as const;
  const chosen = await showError(failureSummary(what, findings), problems, output);
  if (chosen === problems) await vscode.commands.executeCommand("workbench.actions.view.problems");
  if (chosen === output) context.output.show();
}

/** Reveals the file in the Explorer if it is in the workspace, else in the system's file manager. */
async function revealFile(file: string): Promise<void> {
  const uri = vscode.Uri.file(file);
  const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(inside ? "revealInExplorer" : "revealFileInOS", uri);
}
