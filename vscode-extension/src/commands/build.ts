// Commands that make a module: build, and build and load. Not for running functions: run.ts does.
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
import { type CommandFactory, type Rooms, runOnServer, saveAll, type ServerWork } from "./command.js";
import { showError, showInformation } from "../messages.js";

const build: CommandFactory = {
  id: "modgo.client.build",
  needsTrust: true,
  create: (rooms) => async (argument) => {
    const work = await prepare("building", "modgo.build", argument);
    if (work === undefined) return;
    const text = await runOnServer(rooms, work);
    if (text === undefined) return;
    const result = JSON.parse(text) as BuildResult;
    if (result.ok) await tellBuilt(rooms, work, result);
    else await tellFailure(rooms, `${work.name} didn't build`, result);
  },
};

const buildAndLoad: CommandFactory = {
  id: "modgo.client.buildAndLoad",
  needsTrust: true,
  create: (rooms) => async (argument) => {
    const work = await prepare("building and loading", "modgo.buildAndLoad", argument);
    if (work === undefined) return;
    const text = await runOnServer(rooms, work);
    if (text === undefined) return;
    const result = JSON.parse(text) as BuildAndLoadResult;
    const { ok, build: built, load: loaded } = result;
    if (ok && built !== undefined && loaded !== undefined && loaded !== null) {
      await tellLoaded(rooms, loaded, `${loadSummary(loaded)}. ${buildSummary(built)}`);
    } else {
      const what = built?.ok === true ? "was built but didn't load" : "didn't build";
      await tellFailure(rooms, `${work.name} ${what}`, { ...loaded, ...result });
    }
  },
};

export const buildCommands: readonly CommandFactory[] = [build, buildAndLoad];

interface PackageWork extends ServerWork {
  /** The package's name for people. */
  readonly name: string;
}

/** Chooses the package and saves what is edited; undefined when there is nothing to do. */
async function prepare(doing: string, command: string, target: unknown): Promise<PackageWork | undefined> {
  const uri = await choosePackage(target);
  if (uri === undefined) return undefined;
  await saveAll();
  const name = path.posix.basename(packageFolder(uri));
  return { name, title: `${doing} ${name}`, command, argument: JSON.stringify({ uri }) };
}

async function tellBuilt(rooms: Rooms, work: PackageWork, result: BuildResult): Promise<void> {
  const summary = buildSummary(result);
  rooms.output.info(`${summary}: ${result.output}`);
  for (const finding of result.findings) rooms.output.warn(formatFinding(finding));
  const [load, reveal] = ["Load", "Reveal"] as const;
  const chosen = await showInformation(summary, load, reveal);
  if (chosen === reveal) await revealFile(result.output);
  if (chosen === load) {
    const loading = { ...work, title: `loading ${work.name}`, command: "modgo.load" };
    const text = await runOnServer(rooms, loading);
    if (text === undefined) return;
    const loaded = JSON.parse(text) as LoadResult;
    if (loaded.ok === false) await tellFailure(rooms, `${work.name} didn't load`, loaded);
    else await tellLoaded(rooms, loaded, loadSummary(loaded));
  }
}

/** The functions go to the output as a table, for a notification has one line. */
async function tellLoaded(rooms: Rooms, loaded: LoadResult, summary: string): Promise<void> {
  const go = loaded.properties?.["go-version"];
  if (go !== undefined) rooms.status.go(go);
  rooms.output.info(`${loadSummary(loaded)}\n\n${functionsTable(loaded.functions)}\n`);
  rooms.output.show(true);
  const reveal = "Reveal";
  const chosen = await showInformation(summary, reveal);
  if (chosen === reveal) await revealFile(loaded.path);
}

/** Tells the findings, or where there are none the error that kept the server from beginning. */
export async function tellFailure(
  rooms: Rooms,
  what: string,
  { error, findings = [] }: { readonly error?: CommandError; readonly findings?: readonly Finding[] },
): Promise<void> {
  if (findings.length === 0) {
    throw new UserError(error === undefined ? `${what}.` : `${what}: ${error.message}`);
  }
  rooms.output.error([`${what}:`, ...findings.map((finding) => `  ${formatFinding(finding)}`)].join("\n"));
  const [problems, output] = ["Show Problems", "Show Output"] as const;
  const chosen = await showError(failureSummary(what, findings), problems, output);
  if (chosen === problems) await vscode.commands.executeCommand("workbench.actions.view.problems");
  if (chosen === output) rooms.output.show();
}

/** In the Explorer where it lies in the workspace, else in the system's file manager. */
async function revealFile(file: string): Promise<void> {
  const uri = vscode.Uri.file(file);
  const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(inside ? "revealInExplorer" : "revealFileInOS", uri);
}
