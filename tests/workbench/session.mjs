// The session of one journey: a temporary folder with a copy of the examples, code-server with the packaged extension and
// settings of its own, and a browser window.
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ALSO_IN, CACHE, CHROMIUM, chromium, CODE_SERVER, EXAMPLES, INTERPRETER, VSIX } from "./paths.mjs";
import { start, terminate } from "./processes.mjs";
import { waitUntil } from "./wait-until.mjs";
import { Workbench } from "./workbench.mjs";

/** Nothing unexpected: no welcome page, no updates, and an editor that inserts text unchanged. */
const SETTINGS = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "workbench.reduceMotion": "on", // no half-faded messages in screenshots
  "workbench.commandPalette.history": 0,
  "workbench.quickOpen.closeOnFocusLost": false, // an editor may take the focus while it opens
  "workbench.enableExperiments": false,
  "workbench.editor.useModal": "off",
  "chat.disableAIFeatures": true,
  "extensions.autoUpdate": false,
  "remote.autoForwardPorts": false, // it notifies of every port that opens on the machine
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "telemetry.telemetryLevel": "off",
  "git.enabled": false,
  "window.restoreWindows": "none",
  "files.autoSave": "off", // so that tests notice whether commands save
  "editor.minimap.enabled": false,
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "editor.suggestOnTriggerCharacters": false,
  "editor.acceptSuggestionOnEnter": "off",
  "editor.autoClosingBrackets": "never",
  "editor.autoClosingQuotes": "never",
  "editor.autoIndent": "none",
  ...(ALSO_IN !== undefined && {
    "window.autoDetectColorScheme": true,
    "workbench.preferredLightColorTheme": "Default Light Modern",
    "workbench.preferredDarkColorTheme": `Default ${ALSO_IN}`,
  }),
};

/** Settings with paths are those of the machine, which code-server is: it doesn't read them from the user's. */
const OF_MACHINE = ["modgo.interpreter", "modgo.go.path", "modgo.c.compiler"];

const homes = new Set();

/** Removes the folders of all sessions. */
export function removeAllHomes() {
  for (const home of homes) removeHome(home);
}

function removeHome(home) {
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  homes.delete(home);
}

/**
 * Creates a session. `settings` are added to the user settings. `trust` enables workspace trust, so that the folder opens
 * in Restricted Mode. `prepare(folder)` changes the copy of the examples before it is opened. `environment(home)` returns
 * environment variables to change. `extensions` are installed besides ours, which is `vsix`. `runner(home)` returns a
 * command prefix, a program and its arguments, that code-server is started with.
 */
export async function createSession({
  settings = {},
  trust = false,
  prepare = () => {},
  environment = () => ({}),
  extensions: others = [],
  vsix: ours = VSIX,
  runner = () => [],
}) {
  const home = mkdtempSync(path.join(tmpdir(), "modgo-workbench-"));
  homes.add(home);
  const [folder, user, extensions] = ["examples", "user", "extensions"].map((name) => path.join(home, name));
  cpSync(EXAMPLES, folder, { recursive: true, filter: (file) => !file.endsWith(".so") });
  prepare(folder);
  const given = { ...SETTINGS, "modgo.interpreter": INTERPRETER, ...settings };
  const [ofMachine, all] = [true, false].map((wanted) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => OF_MACHINE.includes(name) === wanted)),
  );
  writeSettings(path.join(user, "Machine"), ofMachine);
  writeSettings(path.join(user, "User"), all);

  const env = { ...environmentFor(home), ...environment(home) };
  const dirs = ["--user-data-dir", user, "--extensions-dir", extensions];
  const installing = [ours, ...others].flatMap((vsix) => ["--install-extension", vsix]);
  await promisify(execFile)(process.execPath, [CODE_SERVER, ...dirs, ...installing], { env });

  const port = await freePort();
  const log = path.join(home, "code-server.log");
  const args = [
    ...dirs,
    ...["--auth", "none", "--bind-addr", `127.0.0.1:${port}`],
    ...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
    ...(trust ? [] : ["--disable-workspace-trust"]),
    "--ignore-last-opened",
  ];
  const [program, ...words] = [...runner(home), process.execPath, CODE_SERVER, ...args];
  const server = start(program, words, { env, cwd: home, log: openSync(log, "w") });
  let browser;
  const destroy = async () => {
    await browser?.close();
    await terminate(server);
    removeHome(home);
  };
  try {
    const origin = `http://127.0.0.1:${port}`;
    await waitUntil(
      "code-server answers",
      () => answers(`${origin}/healthz`),
      60,
      () => readFileSync(log, "utf8"),
    );
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
    const windows = [];
    const openWindow = async () => {
      const page = await browser.newPage({ viewport: { width: 1360, height: 850 } });
      windows.push(new Workbench(page, { origin, folder, settings: all }));
      return windows.at(-1);
    };
    const workbench = await openWindow();
    return { folder, server, workbench, windows, openWindow, destroy, outputLog: () => outputLog(user) };
  } catch (error) {
    await destroy();
    throw error;
  }
}

function writeSettings(folder, settings) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings, undefined, 2));
}

const CHROMIUM_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** VS Code takes PATH from a login shell. This one doesn't change it. */
const SHELL = `#!/bin/sh
while [ "$1" != -c ]; do shift; done
exec /bin/sh -c "$2"
`;

function environmentFor(home) {
  const shell = path.join(home, "shell");
  writeFileSync(shell, SHELL, { mode: 0o755 });
  const env = {
    ...process.env,
    SHELL: shell,
    XDG_CONFIG_HOME: path.join(home, "config"),
    XDG_DATA_HOME: path.join(home, "data"),
    XDG_CACHE_HOME: path.join(home, "cache"),
    // Shared by all runs, so that Go's standard library is compiled once.
    GOCACHE: path.join(CACHE, "go-build"),
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "" }),
  };
  for (const name of Object.keys(env)) if (name.startsWith("VSCODE_")) delete env[name];
  return env;
}

/** Returns the text of the output channel Modgo from its log file, "" if there is none. */
function outputLog(user) {
  const logs = path.join(user, "logs");
  try {
    const files = readdirSync(logs, { recursive: true }).filter((file) =>
      file.endsWith("modgo.modgo/Modgo.log"),
    );
    return files.map((file) => readFileSync(path.join(logs, file), "utf8")).join("");
  } catch {
    return "";
  }
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
