// The .vsix of a platform works alone: it sets up an environment with the language server, without a network and only with
// the user's consent. Servers that crash, hang or don't start. Silence where nothing uses the SDK.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { INTERPRETER, PLATFORM_VSIX } from "../paths.mjs";
import { commandsBelow } from "../processes.mjs";
import { press } from "../test-explorer.mjs";
import { logged, waitUntil } from "../wait-until.mjs";

const COUNTERS = "counters/counters.go";
const OFFER = /Modgo can set up its language server now, in a Python environment of its own/;
const BUTTONS = ["Set Up", "Choose an Interpreter", "Not Now"];
const SET_UP_S = 300;

/** Only a Python without pip and modgo-lsp is on PATH, and no proxy answers. */
export function barePython(home) {
  const python = execFileSync(INTERPRETER, ["-c", "import sys; print(sys._base_executable)"], {
    encoding: "utf8",
  });
  execFileSync(python.trim(), ["-m", "venv", "--without-pip", path.join(home, "python")]);
  const nowhere = "http://127.0.0.1:9";
  return { PATH: `${home}/python/bin:/usr/bin:/bin`, HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere };
}

function environmentsOf(folder) {
  return path.join(path.dirname(folder), "user/User/globalStorage/modgo.modgo/environments");
}

const readyCount = (outputLog) => outputLog().split("Server: ready").length - 1;

async function readyAgain(outputLog, before, seconds) {
  await waitUntil("the server is ready again", () => readyCount(outputLog) > before, seconds, outputLog);
}

/** Returns the process id of the language server. */
function serverProcess(server) {
  const found = [...commandsBelow(server.pid)].find(([, text]) => text.includes("-m modgo_lsp lsp"));
  assert.ok(found, "no language server runs");
  return found[0];
}

export const installFromVsix = {
  name: "install",
  session: {
    vsix: PLATFORM_VSIX,
    settings: { "modgo.interpreter": "" },
    environment: barePython,
    prepare(folder) {
      const file = path.join(folder, COUNTERS);
      writeFileSync(file, readFileSync(file, "utf8").replace('\tudf.Register("take", Take)\n', ""));
      mkdirSync(path.join(folder, ".vscode"));
      writeFileSync(path.join(folder, ".vscode/settings.json"), "{}");
    },
  },
  steps: [
    [
      "the extension asks before it sets up anything",
      async ({ workbench, folder }) => {
        await workbench.open(COUNTERS);
        const text = await workbench.toast(OFFER, 90);
        assert.deepEqual(await workbench.toastButtons(text), BUTTONS);
        assert.ok(!existsSync(environmentsOf(folder)), "something was written without consent");
      },
    ],
    [
      "after “Not Now” it asks only when it is needed",
      async ({ workbench, outputLog }) => {
        await workbench.settled("Modgo: Build UDF module");
        await workbench.pressToastButton(OFFER, "Not Now");
        await workbench.run("Modgo: Restart server");
        await waitUntil(
          "the server was looked for again",
          () => outputLog().split(OFFER).length > 2,
          60,
          outputLog,
        );
        assert.deepEqual(await workbench.toasts(), []);
        await workbench.run("Modgo: Build UDF module");
        await workbench.toast(OFFER);
      },
    ],
    [
      "a set-up that is cancelled leaves nothing",
      async ({ workbench, folder, outputLog }) => {
        // A click on a message that is just moving in has no effect.
        await waitUntil(
          "the set-up begins",
          async () => {
            if ((await workbench.toasts()).some((text) => OFFER.test(text))) {
              await workbench.pressToastButton(OFFER, "Set Up").catch(() => {});
            }
            return outputLog().includes("Setting up an environment");
          },
          60,
          outputLog,
        );
        await workbench.toast(/setting up the language server: installing/, SET_UP_S);
        await workbench.pressToastButton("setting up the language server", "Cancel");
        await waitUntil(
          "it is cancelled",
          () => outputLog().includes("The set-up was cancelled"),
          60,
          outputLog,
        );
        assert.deepEqual(readdirSync(environmentsOf(folder)), []);
        assert.deepEqual(await workbench.toasts(), []);
      },
    ],
    [
      "the environment is set up without a network, and the diagnostics are there",
      async ({ workbench, folder, outputLog, figures }) => {
        await workbench.run("Modgo: Set up the language server");
        await workbench.toast(/setting up the language server/);
        await waitUntil("it is set up", () => outputLog().includes("Set up /"), SET_UP_S, outputLog);
        figures.set_up_s = Number(/Set up .* in ([\d.]+) s/.exec(outputLog())[1]);
        await workbench.showProblems();
        await workbench.problem(/Take.*not registered.*MG101/, 90);
        assert.match(outputLog(), /Interpreter from own: .*py3\.\d+\/bin\/python has modgo-lsp/);
        const [name, ...others] = readdirSync(environmentsOf(folder));
        assert.match(name, /^\d+\.\d+\.\d+-[0-9a-f]{8}-py3\.\d+$/);
        assert.deepEqual(others, [], "files were left behind");
        assert.deepEqual(await workbench.toasts(), []);
      },
    ],
    [
      "a server that crashes is started again without a message",
      async ({ workbench, server, outputLog }) => {
        const before = readyCount(outputLog);
        process.kill(serverProcess(server), "SIGKILL");
        await readyAgain(outputLog, before, 60);
        assert.deepEqual(await workbench.toasts(), []);
      },
    ],
    [
      "“Restart server” works on a server that hangs",
      async ({ workbench, server, outputLog }) => {
        const before = readyCount(outputLog);
        const hung = serverProcess(server);
        process.kill(hung, "SIGSTOP");
        await workbench.run("Modgo: Restart server");
        await readyAgain(outputLog, before, 60);
        await waitUntil("the hung server is gone", () => !commandsBelow(server.pid).has(hung), 10);
        assert.deepEqual(await workbench.toasts(), []);
      },
    ],
    [
      "a server that hangs is started again by itself",
      async ({ workbench, server, outputLog }) => {
        const before = readyCount(outputLog);
        process.kill(serverProcess(server), "SIGSTOP");
        await readyAgain(outputLog, before, 120);
        assert.match(outputLog(), /The server doesn't respond any more/);
        assert.deepEqual(await workbench.toasts(), []);
      },
    ],
    [
      "a damaged environment is set up again",
      async ({ workbench, folder, outputLog }) => {
        const before = readyCount(outputLog);
        const [name] = readdirSync(environmentsOf(folder));
        const environment = path.join(environmentsOf(folder), name);
        rmSync(path.join(environment, "bin/python"));
        // What an update of the extension leaves.
        const old = path.join(environmentsOf(folder), "0.0.1-00000000-py3.11");
        mkdirSync(path.join(old, "bin"), { recursive: true });
        await workbench.run("Modgo: Restart server");
        const text = await workbench.toast(/Python environment is damaged: .*bin\/python doesn't exist/, 60);
        await workbench.pressToastButton(text, "Set Up Again");
        await readyAgain(outputLog, before, SET_UP_S);
        await waitUntil("the old environment is removed", () => !existsSync(old), 30);
        assert.deepEqual(readdirSync(environmentsOf(folder)), [name]);
      },
    ],
    [
      "a set-up asks before it replaces the interpreter that the settings name",
      async ({ workbench, folder, outputLog }) => {
        const settings = path.join(folder, ".vscode/settings.json");
        writeFileSync(settings, JSON.stringify({ "modgo.interpreter": "/nowhere/python" }));
        await workbench.toast(
          /\/nowhere\/python, which the setting modgo\.interpreter names, doesn't exist/,
          60,
        );
        const before = readyCount(outputLog);
        await workbench.run("Modgo: Set up the language server");
        await workbench.page
          .locator(".monaco-dialog-box", { hasText: "The setting modgo.interpreter names /nowhere/python" })
          .getByRole("button", { name: "Remove the Setting" })
          .click();
        await readyAgain(outputLog, before, SET_UP_S);
        assert.doesNotMatch(readFileSync(settings, "utf8"), /modgo\.interpreter/);
      },
    ],
  ],
};

const PLAIN = "package main\n\nfunc main() {}\n";

export const noSdk = {
  name: "no SDK to install for",
  session: {
    vsix: PLATFORM_VSIX,
    settings: { "modgo.interpreter": "" },
    environment: barePython,
    prepare(folder) {
      for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true });
      writeFileSync(path.join(folder, "go.mod"), "module example.com/plain\n\ngo 1.24\n");
      writeFileSync(path.join(folder, "main.go"), PLAIN);
    },
  },
  steps: [
    [
      "nothing is shown and nothing runs where no file uses the SDK",
      async ({ workbench, outputLog }) => {
        await workbench.open("main.go");
        await workbench.settled("Modgo: Build UDF module");
        await logged(outputLog, /Activated in/);
        assert.doesNotMatch(outputLog(), /Interpreter|Server: starting/);
        assert.deepEqual(await workbench.toasts(), []);
      },
    ],
    [
      "an import of the SDK starts it",
      async ({ workbench }) => {
        await workbench.typeAt(2, 1, 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n');
        await workbench.toast(OFFER, 60);
      },
    ],
  ],
};

/** A Python whose server does what the file `behaviour` says. */
function unreliablePython(folder) {
  const home = path.dirname(folder);
  writeFileSync(path.join(home, "behaviour"), "crash");
  const script = `#!/bin/sh
case "$*" in *"-m modgo_lsp lsp") ;; *) exec "${INTERPRETER}" "$@";; esac
case $(cat "${home}/behaviour") in
  crash) echo "ImportError: the library libexample.so.1 is missing" >&2; exit 1;;
  hang) exec sleep 600;;
esac
exec "${INTERPRETER}" "$@"
`;
  writeFileSync(path.join(home, "python"), script, { mode: 0o755 });
  mkdirSync(path.join(folder, ".vscode"));
  writeFileSync(
    path.join(folder, ".vscode/settings.json"),
    JSON.stringify({ "modgo.interpreter": path.join(home, "python") }),
  );
}

const behave = (folder, behaviour) => writeFileSync(path.join(path.dirname(folder), "behaviour"), behaviour);

export const startFailures = {
  name: "installed but doesn't start",
  session: { prepare: unreliablePython },
  steps: [
    [
      "a server that crashes at its start says why",
      async ({ workbench }) => {
        await workbench.open(COUNTERS);
        const text = await workbench.toast(/couldn't start.*the library libexample\.so\.1 is missing/, 60);
        assert.deepEqual(await workbench.toastButtons(text), ["Restart Server", "Show Output"]);
      },
    ],
    [
      "a server that doesn't answer at its start is stopped",
      async ({ workbench, folder, server, outputLog }) => {
        await workbench.settled("Modgo: Build UDF module");
        behave(folder, "hang");
        await workbench.pressToastButton("couldn't start", "Restart Server");
        await waitUntil(
          "it is given up",
          () => outputLog().includes("didn't start within 30 s"),
          90,
          outputLog,
        );
        await workbench.toast(/^The Modgo language server couldn't start\.$/);
        assert.ok(![...commandsBelow(server.pid).values()].includes("sleep 600"), "it still runs");
      },
    ],
    [
      "a command and a run of tests can be cancelled while the server starts",
      async ({ workbench, server, outputLog }) => {
        const hanging = () => [...commandsBelow(server.pid).values()].includes("sleep 600");
        await workbench.pressToastButton("couldn't start", "Restart Server");
        await waitUntil("it hangs again", hanging, 20);
        await workbench.run("Modgo: Build UDF module");
        await workbench.toast(/building counters/);
        await workbench.pressToastButton("building counters", "Cancel");
        await waitUntil("it is cancelled", () => outputLog().includes("modgo.build was cancelled"), 10);
        await workbench.run("Testing: Focus on Test Explorer View", workbench.page.locator(".test-explorer"));
        await press(workbench, /^counters/, "Run Test");
        const cancel = workbench.page.locator(".part.sidebar .codicon-testing-cancel-icon");
        await cancel.first().waitFor();
        await workbench.run("Test: Cancel Test Run");
        await cancel.first().waitFor({ state: "detached", timeout: 5000 });
        assert.ok(hanging(), "the server did not hang any more");
        await workbench.toast(/couldn't start/, 60);
      },
    ],
    [
      "a restart ends a start that hangs, and no message stays after the recovery",
      async ({ workbench, folder, server, outputLog }) => {
        const hanging = () => [...commandsBelow(server.pid).values()].includes("sleep 600");
        await workbench.pressToastButton("couldn't start", "Restart Server");
        await waitUntil("it hangs again", hanging, 20);
        behave(folder, "work");
        await workbench.run("Modgo: Restart server");
        await readyAgain(outputLog, 0, 25);
        assert.ok(!hanging());
        assert.deepEqual(await workbench.toasts(), []);
      },
    ],
    [
      "an interpreter that is chosen replaces that of the workspace's settings",
      async ({ workbench, folder, outputLog }) => {
        const before = readyCount(outputLog);
        const input = workbench.quickInput();
        await workbench.run("Modgo: Choose the Python interpreter", input.filter({ hasText: "Browse…" }));
        await workbench.answer("Browse");
        await input.filter({ hasText: "Choose the Python that has modgo-lsp" }).waitFor();
        // The dialog ignores what it gets while it lists the folder, and then replaces the text.
        await waitUntil(
          "the file is chosen",
          async () => {
            await input
              .locator('input[type="text"]')
              .fill(INTERPRETER, { timeout: 2000 })
              .catch(() => {});
            await input
              .getByRole("button", { name: "Choose" })
              .click({ timeout: 2000 })
              .catch(() => {});
            return !(await input.isVisible());
          },
          20,
        );
        await readyAgain(outputLog, before, 60);
        const settings = readFileSync(path.join(folder, ".vscode/settings.json"), "utf8");
        assert.equal(JSON.parse(settings)["modgo.interpreter"], INTERPRETER);
        await logged(
          outputLog,
          new RegExp(`Interpreter from setting: ${RegExp.escape(INTERPRETER)} has modgo-lsp`),
        );
      },
    ],
  ],
};
