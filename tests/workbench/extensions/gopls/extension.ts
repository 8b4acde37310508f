// Runs gopls ($GOPLS) as the Go extension does, with the name of that extension, once the file $GOPLS_WAITS_FOR exists.
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { LanguageClient } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export function activate(): void {
  // Not awaited: VS Code delays Go features until all extensions for Go have activated.
  start().catch(console.error);
}

async function start(): Promise<void> {
  while (!existsSync(process.env["GOPLS_WAITS_FOR"] ?? "/")) await pause(100);
  const server = { command: process.env["GOPLS"] ?? "gopls" };
  client = new LanguageClient("gopls", "gopls", server, {
    documentSelector: [{ scheme: "file", language: "go" }],
  });
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
