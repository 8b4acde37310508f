// The request for a command of the server, with its progress and partial results.
import { randomUUID } from "node:crypto";
import type * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  type LanguageClient,
  ProgressType,
  WorkDoneProgress,
} from "vscode-languageclient/node";
import { UserError } from "../errors.js";
import { plain } from "../plain-text.js";

export type Report = (step: { message?: string; increment?: number }) => void;

/** Receives a command's results as they come, as JSON text. `token` is the partialResultToken of its options. */
export interface PartialResults {
  readonly token: string;
  receive(text: string): void;
}

const PARTIAL_RESULTS = new ProgressType<{ readonly json: string }>();

/** See Server.execute. */
export async function sendCommand(
  client: LanguageClient,
  command: string,
  argument: string,
  token: vscode.CancellationToken,
  report: Report,
  partial: PartialResults | undefined,
): Promise<string> {
  const workDoneToken = `modgo-${randomUUID()}`;
  let reached = 0;
  const results =
    partial &&
    client.onProgress(PARTIAL_RESULTS, partial.token, ({ json }) => {
      partial.receive(json);
    });
  const listener = client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
    if (value.kind === "end") return;
    const message = value.message === undefined ? undefined : plain(value.message); // the title is ours
    // LSP reports the total, VS Code expects the increment.
    const increment = Math.max(0, (value.percentage ?? reached) - reached);
    reached += increment;
    report({ ...(message === undefined ? {} : { message }), increment });
  });
  try {
    const params = { command, arguments: [argument], workDoneToken };
    const answer = (await client.sendRequest(ExecuteCommandRequest.type, params, token)) as { json?: string };
    if (typeof answer.json !== "string") {
      throw new UserError("modgo-lsp is older than this extension. Run “pip install --upgrade modgo-lsp”.");
    }
    return answer.json;
  } finally {
    listener.dispose();
    results?.dispose();
  }
}
