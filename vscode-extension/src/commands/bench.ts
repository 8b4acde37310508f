// The commands that measure a UDF, and that show the results so far.
import * as vscode from "vscode";
import type { BenchResult } from "../benchmarks/bench-report.js";
import type { Benchmarks } from "../benchmarks/benchmarks.js";
import { packageFolder } from "../packages.js";
import { plain } from "../plain-text.js";
import { type Call, chooseCall } from "../udfs.js";
import { showFailure } from "./build.js";
import { type CommandContext, type CommandFactory, runOnServer, saveAll } from "./command.js";

export function benchCommands(benchmarks: Benchmarks): readonly CommandFactory[] {
  const bench: CommandFactory = {
    id: "modgo.client.bench",
    needsTrust: true,
    create: (context) => async (argument) => {
      const call = await chooseCall(context.server, argument, "Benchmark UDF");
      if (call === undefined) return;
      await saveAll();
      await measure(context, benchmarks, call);
    },
  };
  const show: CommandFactory = {
    id: "modgo.client.showBenchmarks",
    needsTrust: false,
    create: () => () => benchmarks.show(),
  };
  return [bench, show];
}

/** Measures the UDF. Asks for arguments if its last call had some, or if the server rejects a call without. */
async function measure(context: CommandContext, benchmarks: Benchmarks, call: Call): Promise<void> {
  const folder = packageFolder(call.uri);
  const run = context.runs.summaries.find(
    (each) => each.package === folder && each.request.function === call.function,
  );
  const last = benchmarks.lastArguments(folder, call.function) ?? (run?.request.args ?? []).join(", ");
  let args = last === "" ? "" : await askArguments(call, last, undefined);
  for (;;) {
    if (args === undefined) return;
    const text = await runOnServer(context, {
      title: `measuring ${call.function}`,
      command: "modgo.bench",
      argument: benchArgument(call, args),
    });
    if (text === undefined) return;
    const result = JSON.parse(text) as BenchResult;
    if (result.ok) {
      await benchmarks.add({
        function: call.function,
        args,
        package: folder,
        time: Date.now(),
        results: result.results,
      });
      await benchmarks.show();
      return;
    }
    const { error } = result;
    if (error?.kind !== "usage" || !/argument|args\[/.test(error.message)) {
      await showFailure(context, `${call.function} can't be measured`, result);
      return;
    }
    args = await askArguments(call, args, error.message);
  }
}

function benchArgument({ uri, function: name }: Call, args: string): string {
  return `${JSON.stringify({ uri, function: name }).slice(0, -1)},"args":[${args}]}`;
}

/** Asks for the arguments. Returns the text as it was entered, or undefined if cancelled. */
function askArguments(call: Call, value: string, problem: string | undefined): Thenable<string | undefined> {
  const how = "Enter JSON values, separated by commas.";
  return vscode.window.showInputBox({
    title: plain(`Benchmark ${call.function}`),
    prompt: problem === undefined ? how : plain(`${problem}. ${how}`),
    placeHolder: '1, "x", [2, 3]',
    value,
    ignoreFocusOut: true,
    validateInput: (typed) => plain(argumentsProblem(typed) ?? ""),
  });
}

/** What is wrong with entered arguments. */
function argumentsProblem(text: string): string | undefined {
  try {
    JSON.parse(`[${text}]`);
    return undefined;
  } catch (error) {
    return `Arguments are JSON values separated by commas. ${error instanceof Error ? error.message : ""}`;
  }
}
