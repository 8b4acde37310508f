// The settings that are sent to the server: only those that the user or the workspace sets. Sent defaults would override
// modgo.toml.
import * as vscode from "vscode";

const SECTION = "modgo";

type Settings = Record<string, unknown>;

/** Returns the section "modgo" as nested objects: `modgo.lint.ignore` is `{ lint: { ignore: … } }`. */
export function explicitSettings(): Settings {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const section: Settings = {};
  for (const name of names()) {
    const found = settings.inspect(name);
    const isSet = [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue].some(
      (value) => value !== undefined,
    );
    // `get` and not these values: in Restricted Mode it leaves out those of the workspace that are restricted.
    if (isSet) put(section, name.split("."), settings.get(name));
  }
  return section;
}

/** The settings that package.json declares, without the section. */
function names(): string[] {
  const extension = vscode.extensions.getExtension("modgo.modgo");
  const { contributes } = extension?.packageJSON as {
    contributes: { configuration: { properties: Record<string, unknown> } };
  };
  return Object.keys(contributes.configuration.properties).map((name) => name.slice(SECTION.length + 1));
}

function put(section: Settings, [first, ...rest]: string[], value: unknown): void {
  if (first === undefined) return;
  if (rest.length === 0) {
    section[first] = value;
    return;
  }
  put((section[first] ??= {}) as Settings, rest, value);
}
