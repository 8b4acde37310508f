// The command that runs the cases of a UDF, or of all UDFs of a module, in the Test Explorer.
import * as path from "node:path";
import * as vscode from "vscode";
import { showInformation } from "../messages.js";
import { choosePackage, isTarget, packageFolder } from "../packages.js";
import type { Testing } from "../testing/testing.js";
import { type CommandFactory, saveAll } from "./command.js";

export function testCommands(testing: Testing): readonly CommandFactory[] {
  const test: CommandFactory = {
    id: "modgo.client.test",
    needsTrust: true,
    create: (context) => async (argument) => {
      const uri = await choosePackage(argument, context.output);
      if (uri === undefined) return;
      await saveAll();
      await context.server.ready(); // which lists the cases
      const folder = vscode.Uri.parse(uri).with({ path: packageFolder(uri) });
      const udf = isTarget(argument) ? argument.function : undefined;
      if ((await testing.run(folder, udf)) === 0) await offerCaseFile(folder, udf);
    },
  };
  return [test];
}

const CASE_FILE = `# Calls of UDFs, and what to expect of them.
- name: what the case shows
  function: NAME
  args: []
  record: {bins: {}}
  expect:
    result: null
`;

/** Offers a new case file, which the user has to save. */
async function offerCaseFile(folder: vscode.Uri, udf: string | undefined): Promise<void> {
  const name = path.posix.basename(folder.path);
  const create = "New Case File";
  const chosen = await showInformation(`There are no test cases of ${udf ?? name} yet.`, create);
  if (chosen !== create) return;
  const stem = /^[\w.-]+$/.test(udf ?? "") ? udf : name;
  const uri = vscode.Uri.joinPath(folder, `testdata/udf/${stem}.case.yaml`);
  const document = await openNew(uri);
  const editor = await vscode.window.showTextDocument(document);
  if (document.getText() !== "") return; // the file exists
  await editor.edit((edit) => {
    edit.insert(
      new vscode.Position(0, 0),
      CASE_FILE.replace("NAME", () => JSON.stringify(udf ?? "name")),
    );
  });
}

/** Opens the file, or an unsaved document for it if it doesn't exist. */
async function openNew(uri: vscode.Uri): Promise<vscode.TextDocument> {
  try {
    await vscode.workspace.fs.stat(uri);
  } catch {
    return vscode.workspace.openTextDocument(uri.with({ scheme: "untitled" }));
  }
  return vscode.workspace.openTextDocument(uri);
}
