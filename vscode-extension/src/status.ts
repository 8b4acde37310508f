// The language status item of Go files (the braces in the status bar): whether Modgo is starting, ready, building or failed.
import * as vscode from "vscode";
import { plain } from "./plain-text.js";
import type { Remedy, ServerState } from "./server/server-state.js";

export interface Status {
  server(state: ServerState): void;
  /** Shows `what`, and that the item is busy, until `work` is done. */
  during<T>(what: string, work: Promise<T>): Promise<T>;
  /** Sets the version of Go of the last loaded module. */
  go(version: string): void;
  /** The item's text, on one line. */
  readonly text: string;
  dispose(): void;
}

export function createStatus(): Status {
  const item = createItem();
  let state: ServerState = { kind: "idle" };
  let goVersion: string | undefined;
  const underWay: string[] = [];

  const render = () => {
    const current = underWay.at(-1);
    item.selector = state.kind === "idle" && current === undefined ? [] : SELECTOR;
    item.busy = state.kind === "starting" || current !== undefined;
    item.severity =
      state.kind === "failed" ? severityFor(state.remedy) : vscode.LanguageStatusSeverity.Information;
    item.text = current === undefined ? stateText(state) : plain(`Modgo: ${current}`);
    item.detail = plain(detail(state, goVersion));
    item.command = commandFor(state);
  };
  render();

  return {
    server(next) {
      state = next;
      render();
    },
    async during(what, work) {
      underWay.push(what);
      render();
      try {
        return await work;
      } finally {
        underWay.splice(underWay.indexOf(what), 1);
        render();
      }
    },
    go(version) {
      goVersion = version;
      render();
    },
    get text() {
      return `${item.text}${item.detail === undefined || item.detail === "" ? "" : ` (${item.detail})`}`;
    },
    dispose() {
      item.dispose();
    },
  };
}

const SELECTOR = [
  { scheme: "file", language: "go" },
  { scheme: "file", pattern: "**/go.mod" },
];

function createItem(): vscode.LanguageStatusItem {
  const item = vscode.languages.createLanguageStatusItem("modgo.status", SELECTOR);
  item.name = "Modgo";
  return item;
}

function severityFor(remedy: Remedy): vscode.LanguageStatusSeverity {
  return remedy === "set up" ? vscode.LanguageStatusSeverity.Warning : vscode.LanguageStatusSeverity.Error;
}

function commandFor(state: ServerState): vscode.Command {
  if (state.kind === "failed" && (state.remedy === "set up" || state.remedy === "set up again")) {
    return { command: "modgo.client.setUp", title: "Set up" };
  }
  return state.kind === "failed" || state.kind === "stopped"
    ? { command: "modgo.client.restartServer", title: "Restart" }
    : { command: "modgo.client.showStatus", title: "Status" };
}

function stateText(state: ServerState): string {
  switch (state.kind) {
    case "idle":
      return "Modgo: not in use";
    case "starting":
      return "Modgo: starting";
    case "ready":
      return state.trusted ? "Modgo: ready" : "Modgo: ready, checking only";
    case "stopped":
      return "Modgo: stopped";
    case "failed":
      return state.remedy === "set up" ? "Modgo: not set up" : "Modgo: failed";
  }
}

function detail(state: ServerState, goVersion: string | undefined): string {
  if (state.kind === "failed") return state.message;
  if (state.kind !== "ready") return "";
  const { modgo, version } = state.interpreter;
  return [`modgo-lsp ${modgo}`, `Python ${version}`, ...(goVersion === undefined ? [] : [goVersion])].join(
    ", ",
  );
}
