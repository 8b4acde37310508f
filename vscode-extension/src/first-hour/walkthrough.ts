// Completes the walkthrough's step "Set up Modgo" once the server is ready. VS Code has an event for that, "onContext", but
// ignores it if the context key was set before it registered the walkthrough, some seconds after the window opens.
import * as vscode from "vscode";
import type { Server } from "../server/server.js";

const STEP = "modgo.modgo#start#set-up";
const EVERY_MS = 3000;
const ATTEMPTS = 10;

export function createWalkthroughProgress(server: Server): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  // The command fails as long as the step isn't registered.
  const complete = (attempts: number) => {
    const again = () => {
      if (attempts > 1)
        timer = setTimeout(() => {
          complete(attempts - 1);
        }, EVERY_MS);
    };
    vscode.commands.executeCommand("welcome.markStepComplete", STEP).then(undefined, again);
  };
  const listener = server.onDidChangeState(({ kind }) => {
    if (kind !== "ready") return;
    listener.dispose();
    complete(ATTEMPTS);
  });
  return new vscode.Disposable(() => {
    listener.dispose();
    clearTimeout(timer);
  });
}
