// Runs cases of the Test Explorer: those of each package by one `modgo.test`, whose results are shown as they come.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import { escapeHidden } from "../results/exact-json.js";
import { failureSummary, formatFinding } from "../results/format.js";
import { unlessCancelled } from "../cancellation.js";
import type { Server } from "../server/server.js";
import { caseId, type CaseTree } from "./case-tree.js";
import {
  caseOutput,
  type CaseResult,
  countsText,
  failureSides,
  failureText,
  type InvalidCase,
  placeOf,
  type TestResult,
} from "./case-results.js";
import { fileCoverages } from "./coverage.js";

/** The cases of a package that a request includes, and the files and tables that it includes as a whole. */
interface Selection {
  readonly cases: vscode.TestItem[];
  readonly containers: Set<vscode.TestItem>;
}

export interface CaseRunner {
  /** Runs the cases of a request until they are done or `token` is cancelled. */
  run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void>;
  /** The cases of a request, by the item of their package. Lists them first. Rejects once `token` is cancelled. */
  select(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
  ): Promise<ReadonlyMap<vscode.TestItem, Selection>>;
}

export function createCaseRunner(
  controller: vscode.TestController,
  tree: CaseTree,
  server: Server,
  output: vscode.LogOutputChannel,
): CaseRunner {
  const select = async (request: vscode.TestRunRequest, token: vscode.CancellationToken) => {
    const included = request.include ?? [...controller.items].map(([, item]) => item);
    await unlessCancelled(Promise.all(included.map((item) => tree.resolve(item))), token);
    const excluded = new Set(request.exclude);
    const found = new Map<vscode.TestItem, Selection>();
    const add = (item: vscode.TestItem) => {
      if (excluded.has(item)) return;
      const packageItem = packageOf(item);
      const selection = found.get(packageItem) ?? { cases: [], containers: new Set() };
      found.set(packageItem, selection);
      if (tree.caseOf(item) === undefined) selection.containers.add(item);
      else if (!selection.cases.includes(item)) selection.cases.push(item);
      for (const [, child] of item.children) add(child);
    };
    included.forEach(add);
    return found;
  };

  const run = async (request: vscode.TestRunRequest, token: vscode.CancellationToken) => {
    await inTestRun(controller, request, token, async (testRun, either) => {
      const selected = await select(request, either);
      for (const { cases } of selected.values())
        cases.forEach((item) => {
          testRun.enqueued(item);
        });
      for (const [packageItem, selection] of selected) {
        if (either.isCancellationRequested) break;
        const coverage = request.profile?.kind === vscode.TestRunProfileKind.Coverage;
        await runPackage({
          testRun,
          tree,
          server,
          output,
          packageItem,
          selection,
          coverage,
          token: either,
        });
      }
    });
  };
  return { run, select };
}

/**
 * Does the work of a run of the Test Explorer, which exists from the beginning, so that it can be cancelled. `work` gets the
 * run and a token that is cancelled with the request or with the run: the run ends with the results of the view, even if
 * nobody waits for the request, and the button that stops the debugger cancels only the run.
 */
export async function inTestRun(
  controller: vscode.TestController,
  request: vscode.TestRunRequest,
  token: vscode.CancellationToken,
  work: (testRun: vscode.TestRun, token: vscode.CancellationToken) => Promise<void>,
): Promise<void> {
  const testRun = controller.createTestRun(request);
  const source = new vscode.CancellationTokenSource();
  const listeners = [token, testRun.token].map((each) =>
    each.onCancellationRequested(() => {
      source.cancel();
    }),
  );
  try {
    await work(testRun, source.token);
  } catch (error) {
    if (!source.token.isCancellationRequested) throw error;
  } finally {
    listeners.forEach((each) => {
      each.dispose();
    });
    testRun.end();
  }
}

function packageOf(item: vscode.TestItem): vscode.TestItem {
  return item.parent === undefined ? item : packageOf(item.parent);
}

interface PackageRun {
  readonly testRun: vscode.TestRun;
  readonly tree: CaseTree;
  readonly server: Server;
  readonly output: vscode.LogOutputChannel;
  readonly packageItem: vscode.TestItem;
  readonly selection: Selection;
  readonly coverage: boolean;
  readonly token: vscode.CancellationToken;
}

async function runPackage(run: PackageRun): Promise<void> {
  const { testRun, tree, server, packageItem, selection, coverage, token } = run;
  const folder = packageItem.uri;
  if (folder === undefined || selection.cases.length === 0) return;
  const cases = selection.cases.map((item) => tree.caseOf(item)).filter((each) => each !== undefined);
  const partialResultToken = `modgo-test-${randomUUID()}`;
  const argument = JSON.stringify({
    uri: folder.toString(),
    options: { cases: cases.map(({ file, name }) => ({ file, name })), partialResultToken, coverage },
  });
  const left = new Map(selection.cases.map((item) => [item.id, item]));
  const report = (results: readonly CaseResult[]) => {
    for (const result of results) {
      const id = caseId(folder, result.location, result.name);
      const item = left.get(id);
      if (item === undefined) continue; // reported already
      left.delete(id);
      showResult(testRun, item, result);
    }
  };
  run.output.info(`modgo.test ${argument}`);
  print(testRun, `${packageItem.label}\n`);
  selection.cases.forEach((item) => {
    testRun.started(item);
  });
  try {
    const text = await server.execute("modgo.test", argument, token, printSteps(testRun), {
      token: partialResultToken,
      receive: (part) => {
        report((JSON.parse(part) as TestResult).cases ?? []);
      },
    });
    const answer = JSON.parse(text) as TestResult;
    report(answer.cases ?? []);
    showProblems(run, folder, answer);
    if (answer.coverage !== undefined) await addCoverage(testRun, folder, answer.coverage.profile);
  } catch (error) {
    if (token.isCancellationRequested) return;
    testRun.errored(
      packageItem,
      new vscode.TestMessage(error instanceof Error ? error.message : String(error)),
    );
  }
  for (const item of left.values()) testRun.skipped(item);
}

/** Shows the result of a case, and prints it and its log. */
export function showResult(testRun: vscode.TestRun, item: vscode.TestItem, result: CaseResult): void {
  const milliseconds = result.elapsed_ns === 0 ? undefined : result.elapsed_ns / 1e6;
  print(testRun, caseOutput(result), item);
  if (result.ok) {
    testRun.passed(item, milliseconds);
    return;
  }
  const [text, sides] = [failureText(result), failureSides(result)];
  const message =
    sides === undefined
      ? new vscode.TestMessage(text)
      : vscode.TestMessage.diff(text, sides.expected, sides.actual);
  testRun.failed(item, at(item, message), milliseconds);
}

/** Shows why the module wasn't built or loaded, and the invalid cases of files that the run includes as a whole. */
function showProblems(
  { testRun, packageItem, selection }: PackageRun,
  folder: vscode.Uri,
  answer: TestResult,
): void {
  const { error, findings = [], errors = [], invalid = [] } = answer;
  const messages: vscode.TestMessage[] = [];
  const [first] = findings;
  if (first !== undefined) {
    // The others are in Problems, as this one is.
    const message = new vscode.TestMessage(
      escapeHidden(failureSummary(`${packageItem.label} didn't build`, findings)),
    );
    const { line, column } = first.range.start;
    const place = new vscode.Position(line - 1, column - 1);
    message.location = new vscode.Location(vscode.Uri.joinPath(folder, first.path), place);
    messages.push(message);
  }
  for (const { message, frames } of errors) {
    messages.push(
      new vscode.TestMessage(escapeHidden([message, ...frames.map((frame) => `  at ${frame}`)].join("\n"))),
    );
  }
  if (error !== undefined) messages.push(new vscode.TestMessage(escapeHidden(error.message)));
  if (messages.length > 0) testRun.errored(packageItem, messages);
  for (const finding of findings) print(testRun, `  ${escapeHidden(formatFinding(finding))}\n`);
  for (const { message } of [...errors, ...(error === undefined ? [] : [error])]) {
    print(testRun, `  ${escapeHidden(message)}\n`);
  }
  if (answer.passed !== undefined && findings.length + errors.length === 0)
    print(testRun, `  ${countsText(answer)}\n`);
  for (const [item, some] of byFile(invalid, folder, selection.containers)) {
    const problems = some.map(({ location, message }) => {
      const place = new vscode.Position(placeOf(location).line - 1, 0);
      const shown = new vscode.TestMessage(escapeHidden(message));
      if (item.uri !== undefined) shown.location = new vscode.Location(item.uri, place);
      return shown;
    });
    testRun.errored(item, problems);
  }
}

function byFile(
  invalid: readonly InvalidCase[],
  folder: vscode.Uri,
  containers: ReadonlySet<vscode.TestItem>,
): ReadonlyMap<vscode.TestItem, readonly InvalidCase[]> {
  const files = new Map([...containers].map((item) => [item.id, item]));
  const found = new Map<vscode.TestItem, InvalidCase[]>();
  for (const each of invalid) {
    const item = files.get(vscode.Uri.joinPath(folder, placeOf(each.location).file).toString());
    if (item !== undefined) found.set(item, [...(found.get(item) ?? []), each]);
  }
  return found;
}

async function addCoverage(testRun: vscode.TestRun, folder: vscode.Uri, profile: string): Promise<void> {
  for (const each of fileCoverages(await readFile(profile, "utf8"), folder)) testRun.addCoverage(each);
}

/** Prints what the server does before the first case, such as "linking". */
function printSteps(testRun: vscode.TestRun): (step: { message?: string; increment?: number }) => void {
  return ({ message, increment = 0 }) => {
    if (message !== undefined && increment === 0) print(testRun, `  \x1b[2m${message}\x1b[0m\n`);
  };
}

function print(testRun: vscode.TestRun, text: string, item?: vscode.TestItem): void {
  testRun.appendOutput(text.replaceAll("\n", "\r\n"), undefined, item);
}

function at(item: vscode.TestItem, message: vscode.TestMessage): vscode.TestMessage {
  if (item.uri !== undefined && item.range !== undefined)
    message.location = new vscode.Location(item.uri, item.range);
  return message;
}
