// The command that runs a UDF on its sample record and shows what it gave and what became of the record.
// Not for building: the server builds what is out of date.
import * as vscode from "vscode";
import { isTarget } from "../packages.js";
import { callSummary, formatSignature, lacksSample, parseArguments } from "../results/format.js";
import type { CallResult, LoadResult, UdfFunction } from "../server/results.js";
import { tellFailure } from "./build.js";
import { type Call, chooseCall, RUN_ON_SAMPLE } from "../udfs.js";
import { type CommandFactory, type Rooms, runOnServer, saveAll } from "./command.js";
import { createSample } from "./sample.js";

const runOnSample: CommandFactory = {
  id: RUN_ON_SAMPLE,
  needsTrust: true,
  create: (rooms) => async (argument) => {
    const call = await chooseCall(argument, "Run UDF on sample record");
    if (call === undefined) return;
    await saveAll();
    await run(rooms, call, isTarget(argument) ? argument.args : undefined);
  },
};

export const runCommands: readonly CommandFactory[] = [runOnSample];

/** Runs it; where the server says that the arguments don't fit, asks for them and runs again. */
async function run(rooms: Rooms, call: Call, given: readonly unknown[] | undefined): Promise<void> {
  let args = given ?? [];
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
  await rooms.documents.show(call.function, args, result);
  await tell(rooms, call, result);
}

async function callServer(
  rooms: Rooms,
  call: Call,
  args: readonly unknown[],
): Promise<CallResult | undefined> {
  const work = { title: `running ${call.function}`, command: "modgo.call", argument: { ...call, args } };
  return (await runOnServer(rooms, work)) as CallResult | undefined;
}

/** The function as the module itself describes it. */
async function describe(rooms: Rooms, call: Call): Promise<UdfFunction | undefined> {
  const work = { title: `looking at ${call.function}`, command: "modgo.load", argument: { uri: call.uri } };
  const loaded = (await runOnServer(rooms, work)) as Partial<LoadResult> | undefined;
  return loaded?.functions?.find(({ name }) => name === call.function);
}

async function askArguments(
  rooms: Rooms,
  udf: UdfFunction,
  reason: string,
): Promise<readonly unknown[] | undefined> {
  const key = `arguments of ${udf.name}`;
  const text = await vscode.window.showInputBox({
    title: formatSignature(udf),
    prompt: `${reason}. Type JSON values with commas between.`,
    placeHolder: udf.params.map(({ name, type }) => `${name} ${type}`.trim()).join(", "),
    value: rooms.memory.get<string>(key, ""),
    ignoreFocusOut: true,
    validateInput: (typed) => {
      const parsed = parseArguments(typed);
      return typeof parsed === "string" ? parsed : undefined;
    },
  });
  if (text === undefined) return undefined;
  await rooms.memory.update(key, text);
  const parsed = parseArguments(text);
  return typeof parsed === "string" ? undefined : parsed;
}

async function tell(rooms: Rooms, call: Call, result: CallResult): Promise<void> {
  const summary = callSummary(call.function, result);
  const details = "Details";
  const create = "Create Sample";
  const buttons = lacksSample(result) ? [details, create] : [details];
  let chosen: string | undefined;
  if (result.ok) {
    rooms.output.info(summary);
    chosen = await vscode.window.showInformationMessage(summary, ...buttons);
  } else if (result.error.kind === "udf") {
    // An error that a UDF returns may be just what it should do with this record.
    rooms.output.warn(summary);
    chosen = await vscode.window.showWarningMessage(summary, ...buttons);
  } else {
    rooms.output.error(summary);
    chosen = await vscode.window.showErrorMessage(summary, ...buttons);
  }
  if (chosen === details) await rooms.documents.showReport(call.function);
  if (chosen === create) await createSample(rooms, call);
}
