// The command that runs a UDF on a sample record. The server builds the module first if it is out of date. The view of the
// runs shows the result.
import { isTarget } from "../packages.js";
import type { SampleChoice } from "../runs/run.js";
import { showRunsView } from "../runs/runs-view.js";
import { chooseCall, RUN_ON_SAMPLE } from "../udfs.js";
import { type CommandFactory, saveAll } from "./command.js";

const runOnSample: CommandFactory = {
  id: RUN_ON_SAMPLE,
  needsTrust: true,
  create: (context) => async (argument) => {
    const call = await chooseCall(context.server, argument, "Run UDF on sample record");
    if (call === undefined) return;
    await saveAll();
    await showRunsView();
    const given = isTarget(argument) ? argument.args : undefined;
    const args = given?.map((value) => JSON.stringify(value));
    const sample: SampleChoice =
      call.sampleFile === undefined ? { kind: "own" } : { kind: "file", name: call.sampleFile };
    await context.runs.start({ uri: call.uri, function: call.function, args, sample });
  },
};

export const runCommands: readonly CommandFactory[] = [runOnSample];
