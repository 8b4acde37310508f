// The tree of the Test Explorer: package → case file → case, and the rows of a table below their table. Case files are
// listed when they are found, their cases when they are needed: the server reads them.
import * as path from "node:path";
import * as vscode from "vscode";
import { plain } from "../plain-text.js";
import type { Server } from "../server/server.js";
import { type CaseList, type ListedCase, placeOf } from "./case-results.js";

/** Returns at most `limit` case files of the workspace, or of the package in `folder`. */
export function findCaseFiles(folder: vscode.Uri | undefined, limit = MAX_FILES): Thenable<vscode.Uri[]> {
  return folder === undefined
    ? vscode.workspace.findFiles(CASE_FILES, EXCLUDED, limit)
    : vscode.workspace.findFiles(new vscode.RelativePattern(folder, OF_PACKAGE), undefined, limit);
}

export const CASE_FILES = "**/testdata/udf/*.case.{yaml,json}";
const OF_PACKAGE = "testdata/udf/*.case.{yaml,json}";
const EXCLUDED = "**/{vendor,node_modules,target,.git}/**";
const MAX_FILES = 2000;

/** What an item stands for. */
export interface Case {
  readonly file: string;
  readonly name: string;
  readonly function: string;
}

export interface CaseTree {
  /** Finds the case files of the workspace, or of the package in `folder`, and removes those that are gone. */
  findFiles(folder?: vscode.Uri): Promise<void>;
  /** Adds a case file, or reads it again if its cases are listed. */
  fileChanged(uri: vscode.Uri): Promise<void>;
  fileDeleted(uri: vscode.Uri): void;
  /** Lists the cases of a file, or of all files below an item or the root, unless they are listed. */
  resolve(item: vscode.TestItem | undefined): Promise<void>;
  /** Lists the cases of all files again that are listed. */
  refresh(): Promise<void>;
  /** The case of an item, undefined if the item is a package, file or table. */
  caseOf(item: vscode.TestItem): Case | undefined;
  fileItem(uri: vscode.Uri): vscode.TestItem | undefined;
  /** The package of a folder. */
  packageItem(folder: vscode.Uri): vscode.TestItem | undefined;
}

interface Listing {
  done: Promise<void>;
  failed: boolean;
}

/** The id of a case, as results name it. */
export function caseId(folder: vscode.Uri, location: string, name: string): string {
  return `${vscode.Uri.joinPath(folder, placeOf(location).file).toString()}#${name}`;
}

/** The package's folder of a file in its testdata/udf. */
export function folderOfSample(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(uri, "../../..");
}

export function createCaseTree(controller: vscode.TestController, server: Server): CaseTree {
  const cases = new WeakMap<vscode.TestItem, Case>();
  const listings = new Map<vscode.TestItem, Listing>(); // by case file: the newest request for its cases

  const fileItem = (uri: vscode.Uri) =>
    controller.items.get(folderOfSample(uri).toString())?.children.get(uri.toString());

  const addFile = (uri: vscode.Uri) => {
    const folder = folderOfSample(uri);
    let packageItem = controller.items.get(folder.toString());
    if (packageItem === undefined) {
      packageItem = controller.createTestItem(
        folder.toString(),
        plain(path.posix.basename(folder.path)),
        folder,
      );
      const relative = vscode.workspace.asRelativePath(folder);
      if (relative !== path.posix.basename(folder.path)) packageItem.description = plain(relative);
      controller.items.add(packageItem);
    }
    const item = controller.createTestItem(uri.toString(), plain(path.posix.basename(uri.path)), uri);
    item.canResolveChildren = true;
    packageItem.children.add(item);
    return item;
  };

  const fileDeleted = (uri: vscode.Uri) => {
    const packageItem = controller.items.get(folderOfSample(uri).toString());
    const item = fileItem(uri);
    if (item !== undefined) listings.delete(item);
    packageItem?.children.delete(uri.toString());
    if (packageItem?.children.size === 0) controller.items.delete(packageItem.id);
  };

  const list = (item: vscode.TestItem): Promise<void> => {
    const listing: Listing = { done: Promise.resolve(), failed: false };
    listings.set(item, listing);
    const superseded = () => listings.get(item) !== listing;
    const work = async () => {
      item.busy = true;
      try {
        const answer = await askForCases(server, item.id);
        if (superseded()) return await listings.get(item)?.done;
        item.error = problemsOf(answer);
        item.children.replace(itemsOf(controller, item, answer.cases ?? [], cases));
      } catch (error) {
        if (superseded()) return await listings.get(item)?.done;
        item.error = plain(error instanceof Error ? error.message : String(error));
        listing.failed = true;
      }
      item.busy = false;
    };
    listing.done = work();
    return listing.done;
  };

  const resolve = async (item: vscode.TestItem | undefined): Promise<void> => {
    if (item?.canResolveChildren === true) {
      const listing = listings.get(item);
      await (listing === undefined || listing.failed ? list(item) : listing.done);
      return;
    }
    const children = item === undefined ? controller.items : item.children;
    await Promise.all([...children].map(([, child]) => resolve(child)));
  };

  return {
    async findFiles(folder) {
      const before = filesBelow(controller, folder); // one that is added meanwhile stays
      const found = await findCaseFiles(folder);
      for (const uri of found) if (fileItem(uri) === undefined) addFile(uri);
      const all = new Set(found.map(String));
      // VS Code doesn't report the files of a folder that is deleted.
      if (found.length < MAX_FILES) before.filter((uri) => !all.has(uri.toString())).forEach(fileDeleted);
    },
    async fileChanged(uri) {
      const item = fileItem(uri);
      if (item === undefined) addFile(uri);
      else if (listings.has(item)) await list(item);
    },
    fileDeleted,
    resolve,
    async refresh() {
      await Promise.all([...listings.keys()].map(list));
    },
    caseOf: (item) => cases.get(item),
    fileItem,
    packageItem: (folder) => controller.items.get(folder.toString()),
  };
}

/** The case files of all packages, or of that in `folder`. */
function filesBelow(controller: vscode.TestController, folder: vscode.Uri | undefined): vscode.Uri[] {
  return [...controller.items]
    .filter(([id]) => folder === undefined || id === folder.toString())
    .flatMap(([, item]) => [...item.children])
    .flatMap(([, { uri }]) => uri ?? []);
}

/** Nobody cancels it: several requests may wait for a listing. */
async function askForCases(server: Server, uri: string): Promise<CaseList> {
  const { token } = new vscode.CancellationTokenSource();
  return JSON.parse(
    await server.execute("modgo.cases", JSON.stringify({ uri }), token, () => undefined),
  ) as CaseList;
}

function problemsOf({ error, invalid = [] }: CaseList): string | undefined {
  const problems = invalid.map(({ location, message }) => `line ${placeOf(location).line}: ${message}`);
  if (error !== undefined) problems.push(error.message);
  return problems.length === 0 ? undefined : plain(problems.join("\n"));
}

/** The items of a file's cases, in the order of the file. Those of a table are below it. */
function itemsOf(
  controller: vscode.TestController,
  file: vscode.TestItem,
  listed: readonly ListedCase[],
  cases: WeakMap<vscode.TestItem, Case>,
): vscode.TestItem[] {
  const items: vscode.TestItem[] = [];
  const tables = new Map<string, vscode.TestItem>();
  const create = (id: string, label: string, location: string) => {
    const item = controller.createTestItem(id, plain(label), file.uri);
    const line = placeOf(location).line - 1;
    item.range = new vscode.Range(line, 0, line, 0);
    item.sortText = String(line).padStart(8, "0");
    return item;
  };
  const tableItem = ({ name, location }: { name: string; location: string }) => {
    const existing = tables.get(location);
    if (existing !== undefined) return existing;
    const item = create(`${file.id}:${location}`, name === "" ? "table" : name, location);
    item.description = "table";
    tables.set(location, item);
    items.push(item);
    return item;
  };
  for (const each of listed) {
    const item = create(`${file.id}#${each.name}`, each.name, each.location);
    if (!each.name.startsWith(`${each.function}(`)) item.description = plain(each.function);
    cases.set(item, { file: each.file, name: each.name, function: each.function });
    if (each.table === null) items.push(item);
    else tableItem(each.table).children.add(item);
  }
  return items;
}
