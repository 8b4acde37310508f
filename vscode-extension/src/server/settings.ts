// The settings that are sent to the server: only those that the user or the workspace sets. Sent defaults would override
// modgo.toml. What modules are granted is no setting of the server, because the workspace must not grant anything.
import * as vscode from "vscode";

const SECTION = "modgo";
const GRANTS = "allow";

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

/** What the user grants modules, for the initialization option `allow`. Values of the workspace don't count. */
export function grants(): { network: boolean; read: string[] } {
  const settings = vscode.workspace.getConfiguration(`${SECTION}.${GRANTS}`);
  const read: unknown = settings.inspect("read")?.globalValue;
  return {
    network: settings.inspect("network")?.globalValue === true,
    read: Array.isArray(read) ? read.filter((path) => typeof path === "string") : [],
  };
}

/** The settings that package.json declares, without the section and grants. */
function names(): string[] {
  const extension = vscode.extensions.getExtension("modgo.modgo");
  const { contributes } = extension?.packageJSON as {
    contributes: { configuration: { properties: Record<string, unknown> } };
  };
  return Object.keys(contributes.configuration.properties)
    .map((name) => name.slice(SECTION.length + 1))
    .filter((name) => !name.startsWith(`${GRANTS}.`));
}

function put(section: Settings, [first, ...rest]: string[], value: unknown): void {
  if (first === undefined) return;
  if (rest.length === 0) {
    section[first] = value;
    return;
  }
  put((section[first] ??= {}) as Settings, rest, value);
}
