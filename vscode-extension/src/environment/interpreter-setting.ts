// The setting modgo.interpreter. A value of the workspace overrides the user's, except in Restricted Mode, which ignores it.
import type { WorkspaceConfiguration } from "vscode";

const NAME = "interpreter";

export type Settings = Pick<WorkspaceConfiguration, "get" | "inspect" | "update">;

export interface InterpreterSetting {
  /** The value in effect, "" if there is none. */
  readonly value: string;
  /** Sets the value in effect: that of the workspace if it has one that counts, else the user's. */
  set(python: string): Promise<void>;
  /** Removes each value that counts. */
  clear(): Promise<void>;
}

/** `settings` is the section "modgo". */
export function interpreterSetting(settings: Settings, trusted: boolean): InterpreterSetting {
  const { workspaceValue, globalValue } = settings.inspect(NAME) ?? {};
  const ofWorkspace = trusted && workspaceValue !== undefined;
  return {
    value: settings.get<string>(NAME, "").trim(),
    async set(python) {
      await settings.update(NAME, python, !ofWorkspace);
    },
    async clear() {
      if (ofWorkspace) await settings.update(NAME, undefined, false);
      if (globalValue !== undefined) await settings.update(NAME, undefined, true);
    },
  };
}
