// The commands of the first hour: a new module, the SDK in go.mod, the page of a rule.
import type { CommandFactory } from "../commands/command.js";
import { addSdk } from "./add-sdk.js";
import { newModule } from "./new-module.js";
import { showRule } from "./show-rule.js";

export const firstHourCommands: readonly CommandFactory[] = [newModule, addSdk, showRule];
