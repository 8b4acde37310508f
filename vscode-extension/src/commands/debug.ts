// The command that debugs a UDF: of the palette and of the lens "Debug".
import { type DebugTarget, startDebugging } from "../debug/start.js";
import { isTarget } from "../packages.js";
import type { CommandFactory } from "./command.js";

const debug: CommandFactory = {
  id: "modgo.client.debug",
  needsTrust: true,
  create: () => async (argument) => {
    const target: DebugTarget | undefined = isTarget(argument) ? argument : undefined;
    await startDebugging(target);
  },
};

export const debugCommands: readonly CommandFactory[] = [debug];
