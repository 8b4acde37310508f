// Shows a Go cover profile by VS Code's coverage API: statements in the gutter, and percentages in the Explorer.
import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import { type Block, countStatements, parseCoverProfile, utf16Column } from "./cover-profile.js";

/** The coverage of a file, with the blocks of its profile for `statementsOf`. */
class ProfiledFile extends vscode.FileCoverage {
  constructor(
    uri: vscode.Uri,
    readonly blocks: readonly Block[],
  ) {
    const { covered, total } = countStatements(blocks);
    super(uri, new vscode.TestCoverageCount(covered, total));
  }
}

/** The files of a profile of the package in `folder`. */
export function fileCoverages(profile: string, folder: vscode.Uri): vscode.FileCoverage[] {
  return [...parseCoverProfile(profile)].map(
    ([file, blocks]) => new ProfiledFile(vscode.Uri.joinPath(folder, file), blocks),
  );
}

/** The statements of a file. Its text converts Go's columns. */
export async function statementsOf(coverage: vscode.FileCoverage): Promise<vscode.StatementCoverage[]> {
  if (!(coverage instanceof ProfiledFile)) return [];
  const lines = (await readFile(coverage.uri.fsPath, "utf8")).split("\n");
  const position = ({ line, column }: Block["start"]) =>
    new vscode.Position(line - 1, utf16Column(lines[line - 1] ?? "", column));
  return coverage.blocks.map(
    ({ start, end, count }) =>
      new vscode.StatementCoverage(count, new vscode.Range(position(start), position(end))),
  );
}
