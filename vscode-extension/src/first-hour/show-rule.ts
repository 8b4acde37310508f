// The command that shows the page of a rule, as a preview of Markdown. The pages come from the server, without the network.
import * as vscode from "vscode";
import { type CommandContext, type CommandFactory, runOnServer } from "../commands/command.js";
import { plain } from "../plain-text.js";

const SCHEME = "modgo-rule";

/** A rule, as `modgo rule --json` prints it. */
interface Rule {
  readonly code: string;
  readonly name: string;
  readonly severity: string;
  readonly summary: string;
  /** Markdown. */
  readonly page: string;
}

const pages = new Map<string, string>();

/** Shows the pages that the command has read. */
export function createRulePages(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: ({ path }) => pages.get(path) ?? "",
  });
}

export const showRule: CommandFactory = {
  id: "modgo.client.showRule",
  needsTrust: false,
  create: (context) => async (argument) => {
    const rules = await listRules(context);
    if (rules === undefined) return;
    const named = rules.find(({ code }) => code === argument);
    const rule = named ?? (await choose(rules, codesAtCursor()));
    if (rule === undefined) return;
    // Without the ending .md, or the headings of the page would be among the symbols of the workspace.
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${rule.code} ${rule.name}` });
    pages.set(uri.path, rule.page);
    await vscode.commands.executeCommand("markdown.showPreview", uri);
  },
};

async function listRules(context: CommandContext): Promise<readonly Rule[] | undefined> {
  const request = { title: "reading the rules", command: "modgo.rules", argument: "{}" };
  const text = await runOnServer(context, request);
  return text === undefined ? undefined : (JSON.parse(text) as { rules: Rule[] }).rules;
}

/** Returns the codes of our findings at the cursor. */
function codesAtCursor(): Set<unknown> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return new Set();
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .filter(({ source, range }) => source === "modgo" && range.contains(editor.selection.active));
  return new Set(found.map(({ code }) => (typeof code === "object" ? code.value : code)));
}

/** Lets the user choose a rule; those of the cursor are first. */
async function choose(rules: readonly Rule[], first: Set<unknown>): Promise<Rule | undefined> {
  const here = rules.filter(({ code }) => first.has(code));
  const others = rules.filter(({ code }) => !first.has(code));
  const separator = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: (vscode.QuickPickItem & { rule?: Rule })[] = [
    ...(here.length > 0 ? [separator("At the cursor"), ...here.map(item), separator("Others")] : []),
    ...others.map(item),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: "Show rule",
    placeHolder: "Which rule? Type its code, or a word of it",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.rule;
}

const ICONS: Readonly<Record<string, string>> = { error: "error", warning: "warning", information: "info" };

function item(rule: Rule): vscode.QuickPickItem & { rule: Rule } {
  const icon = ICONS[rule.severity] ?? "lightbulb";
  return { label: `$(${icon}) ${rule.code}`, description: rule.name, detail: plain(rule.summary), rule };
}
