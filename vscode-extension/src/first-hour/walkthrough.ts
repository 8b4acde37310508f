// Completes steps of the walkthrough. VS Code has events for that, such as "onContext" and "onCommand", but ignores those
// that come before it has registered the walkthrough, some seconds after the window opens.
import * as vscode from "vscode";
import type { Server } from "../server/server.js";

const PREFIX = "modgo.modgo#start#";
const EVERY_MS = 3000;
const ATTEMPTS = 10;

/** Completes a step, such as "new"; the command for it fails as long as the step isn't registered. */
export async function completeStep(step: "set-up" | "new"): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await vscode.commands.executeCommand("welcome.markStepComplete", PREFIX + step);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS).unref());
    }
  }
}

/** Completes "Set up Modgo" once the server is ready. */
export function createWalkthroughProgress(server: Server): vscode.Disposable {
  const listener = server.onDidChangeState(({ kind }) => {
    if (kind !== "ready") return;
    listener.dispose();
    void completeStep("set-up");
  });
  return listener;
}
