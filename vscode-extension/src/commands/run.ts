// The command that runs a UDF on its sample record, and shows the result and the change of the record. The server builds
// the module first if it is out of date.
import * as vscode from "vscode";
import { isTarget, packageFolder } from "../packages.js";
import { plain } from "../plain-text.js";
import {
  argumentsProblem,
  callArgument,
  callSummary,
  formatSignature,
  lacksSample,
  type Run,
} from "../results/format.js";
import { type CallResult, type LoadResult, readCall, type UdfFunction } from "../server/command-results.js";
import { showFailure } from "./build.js";
import { type Call, chooseCall, RUN_ON_SAMPLE } from "../udfs.js";
import { type CommandFactory, type CommandContext, runOnServer, saveAll } from "./command.js";
import { createSample } from "./sample.js";
import { showError, showInformation, showWarning } from "../messages.js";

const runOnSample: CommandFactory = {
  id: RUN_ON_SAMPLE,
  needsTrust: true,
  create: (context) => async (argument) => {
    const call = await chooseCall(argument, "Run UDF on sample record");
    if (call === undefined) return;
    await saveAll();
    const given = isTarget(argument) ? argument.args : undefined;
    await run(context, call, given === undefined ? undefined : JSON.stringify(given).slice(1, -1));
  },
};

export const runCommands: readonly CommandFactory[] = [runOnSample];

/** Runs the UDF. If the server rejects the arguments, asks for them and runs it again. */
async function run(context: CommandContext, call: Call, given: string | undefined): Promise<void> {
  let args = given ?? "";
  let result = await callServer(context, call, args);
  while (result !== undefined && !result.ok && result.error.kind === "usage" && given === undefined) {
    const udf = await describe(context, call);
    if (udf === undefined || udf.params.length === 0) break; // the error isn't about arguments
    const typed = await askArguments(context, udf, result.error.message);
    if (typed === undefined) return;
    args = typed;
    result = await callServer(context, call, args);
  }
  if (result === undefined) return;
  if (!result.ok && result.findings !== undefined && result.findings.length > 0) {
    await showFailure(context, `${call.function} can't run`, result);
    return;
  }
  const done = { name: call.function, package: packageFolder(call.uri), args, result, time: new Date() };
  await context.documents.show(done);
  await showResult(context, call, done);
}

async function callServer(
  context: CommandContext,
  call: Call,
  args: string,
): Promise<CallResult | undefined> {
  const argument = callArgument(call, args);
  const request = { title: `running ${call.function}`, command: "modgo.call", argument };
  const text = await runOnServer(context, request);
  return text === undefined ? undefined : readCall(text);
}

/** The function as the loaded module describes it. */
async function describe(context: CommandContext, call: Call): Promise<UdfFunction | undefined> {
  const argument = JSON.stringify({ uri: call.uri });
  const text = await runOnServer(context, {
    title: `reading the signature of ${call.function}`,
    command: "modgo.load",
    argument,
  });
  if (text === undefined) return undefined;
  const loaded = JSON.parse(text) as Partial<LoadResult>;
  return loaded.functions?.find(({ name }) => name === call.function);
}

/** Asks for the arguments. Returns the text as it was entered, or undefined if cancelled. */
async function askArguments(
  context: CommandContext,
  udf: UdfFunction,
  reason: string,
): Promise<string | undefined> {
  const key = `arguments of ${udf.name}`;
  const text = await vscode.window.showInputBox({
    title: plain(formatSignature(udf)),
    prompt: plain(`${reason}. Enter JSON values, separated by commas.`),
    placeHolder: udf.params.map(({ name, type }) => `${name} ${type}`.trim()).join(", "),
    value: context.memory.get<string>(key, ""),
    ignoreFocusOut: true,
    validateInput: (typed) => {
      const problem = argumentsProblem(typed);
      return problem === undefined ? undefined : plain(problem);
    },
  });
  if (text !== undefined) await context.memory.update(key, text);
  return text;
}

async function showResult(context: CommandContext, call: Call, done: Run): Promise<void> {
  const { result } = done;
  const summary = callSummary(call.function, result);
  const details = "Details";
  const create = "Create Sample";
  const buttons = lacksSample(result) ? [details, create] : [details];
  let chosen: string | undefined;
  if (result.ok) {
    context.output.info(summary);
    chosen = await showInformation(summary, ...buttons);
  } else if (result.error.kind === "udf") {
    // A UDF may be meant to return an error for this record.
    context.output.warn(summary);
    chosen = await showWarning(summary, ...buttons);
  } else {
    context.output.error(summary);
    chosen = await showError(summary, ...buttons);
  }
  if (chosen === details) await context.documents.showReport(done);
  if (chosen === create) await createSample(context, call);
}
