// Finds the Python that runs the server, in all places that it can come from. If there is none, says what to do.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import {
  type Attempt,
  discover,
  type Discovery,
  type Interpreter,
  type Probe,
  probeWith,
} from "../interpreter.js";
import type { Remedy } from "../server/server-state.js";
import { type Bundle, readBundle } from "./bundle.js";
import { type Base, chooseBase, describeFailure } from "./failed-search.js";
import { type InterpreterSetting, interpreterSetting } from "./interpreter-setting.js";
import { ownPythons, removeOthers, use } from "./own-environments.js";
import { createPythonSelection } from "./python-extension.js";

export type Found =
  | { readonly ok: true; readonly interpreter: Interpreter }
  | { readonly ok: false; readonly message: string; readonly remedy: Remedy };

export interface InterpreterSearch {
  /** The folder of the environments that Modgo makes. */
  readonly root: string;
  readonly bundle: Bundle | undefined;
  /** What the last search tried. */
  readonly attempts: readonly Attempt[];
  /** Searches all places; if `setting` is "ignored", as though the setting named none. */
  find(setting?: "ignored"): Promise<Found>;
  probe(python: string): Promise<Probe>;
  /** Another Python was selected in the Python extension. */
  readonly onDidChange: vscode.Event<void>;
  /** The Python that an environment can be made with; undefined if the last search found none. */
  base(): Base | undefined;
}

export function createInterpreterSearch(
  context: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
): InterpreterSearch {
  const extension = context.extensionUri.fsPath;
  const root = path.join(context.globalStorageUri.fsPath, "environments");
  const bundle = readBundle(extension);
  const probe = probeWith(extension);
  const selection = createPythonSelection(context, output);
  let attempts: readonly Attempt[] = [];
  return {
    onDidChange: selection.onDidChange,
    root,
    bundle,
    probe,
    get attempts() {
      return attempts;
    },
    async find(setting) {
      const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
      const discovery = await discover(
        {
          setting: setting === "ignored" ? "" : currentInterpreterSetting().value,
          folders: folders.map(({ uri }) => uri.fsPath),
          trusted: vscode.workspace.isTrusted,
          selected: await selection.pythons(folders),
          own: bundle === undefined ? [] : await ownPythons(root, bundle),
          searchPath: process.env["PATH"] ?? "",
          home: homedir(),
          windows: process.platform === "win32",
          exists: existsSync,
        },
        probe,
      );
      attempts = discovery.attempts;
      logDiscovery(discovery, output);
      const { found } = discovery;
      if (found === undefined) return { ok: false, ...describeFailure(attempts, bundle) };
      if (found.origin === "own" && bundle !== undefined) {
        // Before the server starts: another window must not set the environment up again meanwhile.
        await use(found.python).catch((error: unknown) => {
          output.warn(`${found.python} can't be marked as used: ${String(error)}`);
        });
        void tidy(root, bundle, output);
      }
      return { ok: true, interpreter: found };
    },
    base: () => (bundle === undefined ? undefined : chooseBase(attempts, bundle)),
  };
}

export function currentInterpreterSetting(): InterpreterSetting {
  return interpreterSetting(vscode.workspace.getConfiguration("modgo"), vscode.workspace.isTrusted);
}

/** Removes the environments that an update has left. */
async function tidy(root: string, bundle: Bundle, output: vscode.LogOutputChannel): Promise<void> {
  try {
    for (const name of await removeOthers(root, bundle)) output.info(`Removed the environment ${name}`);
  } catch (error) {
    output.warn(`Old environments in ${root} couldn't be removed: ${String(error)}`);
  }
}

function logDiscovery({ attempts }: Discovery, output: vscode.LogOutputChannel): void {
  for (const { candidate, probe } of attempts) {
    const verdict = probe.ok ? `has modgo-lsp ${probe.modgo} (Python ${probe.python})` : probe.reason;
    output.info(`Interpreter from ${candidate.origin}: ${candidate.python} ${verdict}`);
  }
  if (attempts.length === 0) output.error("No Python in the workspace or on PATH");
}
