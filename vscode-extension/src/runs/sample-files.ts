// The sample files of a module.
import * as path from "node:path";
import * as vscode from "vscode";
import type { SampleFile } from "./protocol.js";

const MOST = 500;

export function sampleFolder(folder: string): vscode.Uri {
  return vscode.Uri.file(path.posix.join(folder, "testdata/udf"));
}

/** Returns the samples in testdata/udf of the package's folder, sorted by name. */
export async function sampleFiles(folder: string): Promise<readonly SampleFile[]> {
  let entries: readonly [string, vscode.FileType][];
  try {
    entries = await vscode.workspace.fs.readDirectory(sampleFolder(folder));
  } catch {
    return []; // there is no such folder
  }
  return entries
    .map(([name]) => name)
    .filter((name) => name.endsWith(".record.json") || name.endsWith(".records.jsonl"))
    .sort()
    .slice(0, MOST)
    .map((name) => ({ name, stream: name.endsWith(".jsonl") }));
}
