// The command that creates a sample for a UDF and opens it. The server chooses the bins: those that the function reads.
import { baseName, sampleSummary } from "../results/format.js";
import type { NewSampleResult } from "../server/command-results.js";
import { type Call, chooseCall } from "../udfs.js";
import { type CommandFactory, type CommandContext, runOnServer } from "./command.js";
import { showError, showInformation } from "../messages.js";

const newSample: CommandFactory = {
  id: "modgo.client.newSample",
  needsTrust: true,
  create: (context) => async (argument) => {
    const call = await chooseCall(context.server, argument, "Create record sample");
    if (call !== undefined) await createSample(context, call);
  },
};

export const sampleCommands: readonly CommandFactory[] = [newSample];

export async function createSample(context: CommandContext, call: Call): Promise<void> {
  const argument = JSON.stringify({ uri: call.uri, function: call.function });
  const request = { title: `creating a sample for ${call.function}`, command: "modgo.newSample", argument };
  const text = await runOnServer(context, request);
  if (text === undefined) return;
  const result = JSON.parse(text) as NewSampleResult;
  if (result.ok) {
    // The server has asked the editor to open it.
    context.output.info(sampleSummary(result));
    if (!result.created) void showInformation(`${baseName(result.path)} already exists`);
  } else {
    context.output.error(result.error.message);
    void showError(`Modgo: ${result.error.message}`);
  }
}
