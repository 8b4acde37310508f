// Logs the server's states, and shows a failure with the buttons for its remedy. A recovery needs no message.
import * as vscode from "vscode";
import type { SetUp } from "../environment/set-up.js";
import { showError, showInformation, showWarning } from "../messages.js";
import type { Failed, Remedy, ServerState } from "./server-state.js";

export async function showState(
  state: ServerState,
  setUp: SetUp,
  output: vscode.LogOutputChannel,
): Promise<void> {
  if (state.kind !== "failed") {
    output.info(`Server: ${state.kind}`);
    return;
  }
  output.error(state.message);
  if (setUp.isDeclined && state.remedy === "set up") return;
  if ((await showServerFailure(state)) === NOT_NOW) await setUp.decline();
}

const NOT_NOW = "Not Now";

/** Shows a failure with the buttons for its remedy, and runs the command of the chosen one. Returns its label. */
export async function showServerFailure(state: Failed): Promise<string | undefined> {
  const commands = commandsFor(state.remedy);
  const chosen = await showFor(state.remedy)(state.message, ...Object.keys(commands));
  const command = commands[chosen ?? NOT_NOW];
  if (command !== undefined) await vscode.commands.executeCommand(...command);
  return chosen;
}

function showFor(remedy: Remedy): typeof showError {
  if (remedy === "set up") return showInformation;
  return remedy === "set up again" ? showWarning : showError;
}

type Buttons = Readonly<Record<string, [command: string, argument?: string] | undefined>>;

const CHOOSE: Buttons = { "Choose an Interpreter": ["modgo.client.chooseInterpreter"] };
const RESTART: Buttons = { "Restart Server": ["modgo.client.restartServer"] };

function commandsFor(remedy: Remedy): Buttons {
  switch (remedy) {
    case "set up":
      return { "Set Up": ["modgo.client.setUp"], ...CHOOSE, [NOT_NOW]: undefined };
    case "set up again":
      return { "Set Up Again": ["modgo.client.setUp"], ...CHOOSE, [NOT_NOW]: undefined };
    case "restart":
      return { ...RESTART, "Show Output": ["modgo.client.showOutput"] };
    case "change setting":
      return {
        "Open Settings": ["workbench.action.openSettings", "modgo.interpreter"],
        ...CHOOSE,
        ...RESTART,
      };
    case "choose":
      return { ...CHOOSE, "How to Install": ["modgo.client.howToInstall"], ...RESTART };
  }
}
