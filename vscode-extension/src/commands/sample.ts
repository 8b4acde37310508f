// The command that writes a first sample for a UDF and opens it. Not for what is in it: the server knows the
// bins that the function reads.
import * as vscode from "vscode";
import { baseName, sampleSummary } from "../results/format.js";
import type { NewSampleResult } from "../server/results.js";
import { type Call, chooseCall } from "../udfs.js";
import { type CommandFactory, type Rooms, runOnServer } from "./command.js";

const newSample: CommandFactory = {
  id: "modgo.client.newSample",
  needsTrust: true,
  create: (rooms) => async (argument) => {
    const call = await chooseCall(argument, "Create record sample");
    if (call !== undefined) await createSample(rooms, call);
  },
};

export const sampleCommands: readonly CommandFactory[] = [newSample];

export async function createSample(rooms: Rooms, call: Call): Promise<void> {
  const argument = { uri: call.uri, function: call.function };
  const work = { title: `making a sample for ${call.function}`, command: "modgo.newSample", argument };
  const result = (await runOnServer(rooms, work)) as NewSampleResult | undefined;
  if (result === undefined) return;
  if (result.ok) {
    // The server had it opened.
    rooms.output.info(sampleSummary(result));
    if (!result.created)
      void vscode.window.showInformationMessage(`${baseName(result.path)} was there already`);
  } else {
    rooms.output.error(result.error.message);
    void vscode.window.showErrorMessage(`Modgo: ${result.error.message}`);
  }
}
