// The command that runs a UDF on its sample record and shows what it gave and what became of the record.
// Not for building: the server builds what is out of date.
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
import { tellFailure } from "./build.js";
import { type Call, chooseCall, RUN_ON_SAMPLE } from "../udfs.js";
import { type CommandFactory, type Rooms, runOnServer, saveAll } from "./command.js";
import { createSample } from "./sample.js";
import { showError, showInformation, showWarning } from "../messages.js";

const runOnSample: CommandFactory = {
  id: RUN_ON_SAMPLE,
  needsTrust: true,
  create: (rooms) => async (argument) => {
    const call = await chooseCall(argument, "Run UDF on sample record");
    if (call === undefined) return;
    await saveAll();
    const given = isTarget(argument) ? argument.args : undefined;
    await run(rooms, call, given === undefined ? undefined : JSON.stringify(given).slice(1, -1));
  },
};

export const runCommands: readonly CommandFactory[] = [runOnSample];

/** Runs it; where the server says that the arguments don't fit, asks for them and runs again. */
async function run(rooms: Rooms, call: Call, given: string | undefined): Promise<void> {
  let args = given ?? "";
  let result = await callServer(rooms, call, args);
  while (result !== undefined && !result.ok && result.error.kind === "usage" && given === undefined) {
    const udf = await describe(rooms, call);
    if (udf === undefined || udf.params.length === 0) break; // then it isn't about arguments
    const typed = await askArguments(rooms, udf, result.error.message);
    if (typed === undefined) return;
    args = typed;
    result = await callServer(rooms, call, args);
  }
  if (result === undefined) return;
  if (!result.ok && result.findings !== undefined && result.findings.length > 0) {
    await tellFailure(rooms, `${call.function} can't run`, result);
    return;
  }
  const done = { name: call.function, package: packageFolder(call.uri), args, result, time: new Date() };
  await rooms.documents.show(done);
  await tell(rooms, call, done);
}

async function callServer(rooms: Rooms, call: Call, args: string): Promise<CallResult | undefined> {
  const argument = callArgument(call, args);
  const work = { title: `running ${call.function}`, command: "modgo.call", argument };
  const text = await runOnServer(rooms, work);
  return text === undefined ? undefined : readCall(text);
}

/** The function as the module itself describes it. */
async function describe(rooms: Rooms, call: Call): Promise<UdfFunction | undefined> {
  const argument = JSON.stringify({ uri: call.uri });
  const text = await runOnServer(rooms, {
    title: `looking at ${call.function}`,
    command: "modgo.load",
    argument,
  });
  if (text === undefined) return undefined;
  const loaded = JSON.parse(text) as Partial<LoadResult>;
  return loaded.functions?.find(({ name }) => name === call.function);
}

/** Gives the arguments as they were typed. */
async function askArguments(rooms: Rooms, udf: UdfFunction, reason: string): Promise<string | undefined> {
  const key = `arguments of ${udf.name}`;
  const text = await vscode.window.showInputBox({
    title: plain(formatSignature(udf)),
    prompt: plain(`${reason}. Type JSON values with commas between.`),
    placeHolder: udf.params.map(({ name, type }) => `${name} ${type}`.trim()).join(", "),
    value: rooms.memory.get<string>(key, ""),
    ignoreFocusOut: true,
    validateInput: (typed) => {
      const problem = argumentsProblem(typed);
      return problem === undefined ? undefined : plain(problem);
    },
  });
  if (text !== undefined) await rooms.memory.update(key, text);
  return text;
}

async function tell(rooms: Rooms, call: Call, done: Run): Promise<void> {
  const { result } = done;
  const summary = callSummary(call.function, result);
  const details = "Details";
  const create = "Create Sample";
  const buttons = lacksSample(result) ? [details, create] : [details];
  let chosen: string | undefined;
  if (result.ok) {
    rooms.output.info(summary);
    chosen = await showInformation(summary, ...buttons);
  } else if (result.error.kind === "udf") {
    // An error that a UDF returns may be just what it should do with this record.
    rooms.output.warn(summary);
    chosen = await showWarning(summary, ...buttons);
  } else {
    rooms.output.error(summary);
    chosen = await showError(summary, ...buttons);
  }
  if (chosen === details) await rooms.documents.showReport(done);
  if (chosen === create) await createSample(rooms, call);
}
