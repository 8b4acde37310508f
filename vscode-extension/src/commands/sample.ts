// The command that writes a first sample for a UDF and opens it. Not for what is in it: the server knows the
// bins that the function reads.
import { baseName, sampleSummary } from "../results/format.js";
import type { NewSampleResult } from "../server/command-results.js";
import { type Call, chooseCall } from "../udfs.js";
import { type CommandFactory, type Rooms, runOnServer } from "./command.js";
import { showError, showInformation } from "../messages.js";

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
  const argument = JSON.stringify({ uri: call.uri, function: call.function });
  const work = { title: `making a sample for ${call.function}`, command: "modgo.newSample", argument };
  const text = await runOnServer(rooms, work);
  if (text === undefined) return;
  const result = JSON.parse(text) as NewSampleResult;
  if (result.ok) {
    // The server had it opened.
    rooms.output.info(sampleSummary(result));
    if (!result.created) void showInformation(`${baseName(result.path)} was there already`);
  } else {
    rooms.output.error(result.error.message);
    void showError(`Modgo: ${result.error.message}`);
  }
}
