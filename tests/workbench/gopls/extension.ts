// Runs gopls ($GOPLS) as the Go extension does, with the name of that extension.
import { LanguageClient } from "vscode-languageclient/node";

let client: LanguageClient;

export async function activate(): Promise<void> {
  const server = { command: process.env["GOPLS"] ?? "gopls" };
  client = new LanguageClient("gopls", "gopls", server, {
    documentSelector: [{ scheme: "file", language: "go" }],
  });
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client.stop();
}
