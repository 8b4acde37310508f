// The page of the webview: its scripts and styles are files of the extension, and nothing else is allowed.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

export function webviewPage(webview: vscode.Webview, dist: vscode.Uri): string {
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${file("codicon.css")}" id="vscode-codicon-stylesheet" />
    <link rel="stylesheet" href="${file("runs-style.css")}" />
    <title>UDF runs</title>
  </head>
  <body>
    <div id="runs"></div>
    <script nonce="${nonce}" src="${file("runs.js")}"></script>
  </body>
</html>
`;
}
