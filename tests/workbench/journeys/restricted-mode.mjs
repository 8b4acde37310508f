// A hostile workspace in Restricted Mode: it is checked, and none of its programs run before it is trusted. Its Python
// modules never run, because our Pythons don't import from the workspace.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { INTERPRETER } from "../paths.mjs";
import { logged } from "../wait-until.mjs";

/** Prints the names of all top-level modules that our Pythons could import: the standard library, modgo, its libraries. */
const MODULES = `
import importlib.metadata, sys
names = {*sys.stdlib_module_names, *importlib.metadata.packages_distributions(), "modgo_lsp", "sitecustomize", "usercustomize"}
print("\\n".join(name for name in names if name.isidentifier()))
`;
const PROGRAMS = [
  "go",
  "gofmt",
  "cc",
  "gcc",
  "clang",
  "ld",
  "git",
  "python3",
  "python",
  "modgo",
  "modgo-lsp",
  "gopls",
];
const NAMED = { interpreter: ".venv/bin/python", go: "tools/go", cc: "tools/cc" };
const HELLO = `package hello

import "github.com/GeertJohan/aerospike-mod-go/udf"

func Hello(rec *udf.Record) string { return "hi" }
`;

/** Returns the programs and modules of the workspace that have run. */
function ran(folder) {
  return readdirSync(path.join(folder, "RAN")).sort();
}

/** Creates a program that leaves a mark and then runs the real program. */
function setTrap(folder, file, program) {
  const trap = path.join(folder, file);
  const mark = path.join(folder, "RAN", file.replaceAll("/", "-"));
  mkdirSync(path.dirname(trap), { recursive: true });
  writeFileSync(trap, `#!/bin/sh\n: >"${mark}"\nexec "${program}" "$@"\n`);
  chmodSync(trap, 0o755);
  return trap;
}

/** Makes a workspace that tries to run its own programs and modules in every possible way. */
function setTraps(folder) {
  mkdirSync(path.join(folder, "RAN"));
  const which = (name) => execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
  const interpreter = setTrap(folder, NAMED.interpreter, INTERPRETER);
  const go = setTrap(folder, NAMED.go, which("go"));
  const cc = setTrap(folder, NAMED.cc, which("cc"));
  for (const name of PROGRAMS) setTrap(folder, name, "/bin/false");
  for (const name of execFileSync(INTERPRETER, ["-c", MODULES], { encoding: "utf8" }).trim().split("\n")) {
    const mark = path.join(folder, "RAN", `${name}.py`);
    const code = `open(${JSON.stringify(mark)}, "w").close()\n`;
    const taken = existsSync(path.join(folder, name)); // by a program
    if (!taken) mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, taken ? `${name}.py` : `${name}/__init__.py`), code);
    writeFileSync(path.join(folder, "hello", `${name}.py`), code);
    writeFileSync(path.join(folder, "counters", `${name}.py`), code);
  }
  writeFileSync(path.join(folder, "modgo.toml"), `go = ${JSON.stringify(go)}\ncc = ${JSON.stringify(cc)}\n`);
  mkdirSync(path.join(folder, ".vscode"));
  const settings = { "modgo.interpreter": interpreter, "modgo.go.path": go, "modgo.c.compiler": cc };
  writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify(settings));
  writeFileSync(path.join(folder, "hello/hello.go"), HELLO);
}

const BUILD = "Modgo: Build UDF module";

/** VS Code asks to trust the workspace: doesn't. */
async function refuseTrust({ page }, reason) {
  const dialog = page.locator(".monaco-dialog-box", { hasText: reason });
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
}

export const restrictedMode = {
  name: "restricted mode",
  session: { trust: true, prepare: setTraps },
  steps: [
    [
      "the code is checked with the user's interpreter",
      async ({ workbench, folder, outputLog }) => {
        await workbench.open("hello/hello.go");
        await workbench.page
          .locator(".part.banner", { hasText: "Restricted Mode" })
          .waitFor({ timeout: 60_000 });
        await workbench.settled("Modgo: Restart server");
        await workbench.showProblems();
        await workbench.problem(/Hello.*not registered.*MG101/, 60);
        await logged(
          outputLog,
          new RegExp(`Interpreter from setting: ${RegExp.escape(INTERPRETER)} has modgo-lsp`),
        );
        assert.deepEqual(ran(folder), []);
      },
    ],
    [
      "edits are checked and hovers work, and nothing of the workspace runs",
      async ({ workbench, folder }) => {
        await workbench.typeAt(6, 1, 'func More(rec *udf.Record) string { return "more" }\n');
        await workbench.problem(/More.*not registered.*MG101/);
        await workbench.openFile("counters/counters.go");
        const lines = readFileSync(path.join(folder, "counters/counters.go"), "utf8").split("\n");
        await workbench.goTo(lines.findIndex((text) => text.startsWith("func Take(")) + 1, 7);
        const hover = workbench.page.locator(".monaco-hover", { hasText: "take(" });
        await workbench.run("Show or Focus Hover", hover);
        await workbench.page.keyboard.press("Escape");
        assert.deepEqual(ran(folder), []);
      },
    ],
    [
      "the palette offers no command that builds",
      async ({ workbench }) => {
        const titles = await workbench.paletteOffers("Modgo:");
        assert.deepEqual(titles.filter((title) => title.startsWith("Modgo: ")).sort(), [
          "Modgo: Choose the Python interpreter",
          "Modgo: Restart server",
          "Modgo: Set up the language server",
          "Modgo: Show benchmark results",
          "Modgo: Show output",
          "Modgo: Show rule",
          "Modgo: Show status",
        ]);
      },
    ],
    [
      "a lens that builds shows why it can't and what to do",
      async ({ workbench, folder }) => {
        await workbench.openFile("counters/counters.go");
        await workbench.clickLens("Build & load", "take", async () => (await workbench.toasts()).length > 0);
        const text = await workbench.toast(
          /only checks the code in Restricted Mode.*Trust the workspace to build/,
        );
        assert.deepEqual(await workbench.toastButtons(text), ["Manage Workspace Trust"]);
        assert.ok(!existsSync(path.join(folder, "counters/counters.so")));
        assert.deepEqual(ran(folder), []);
      },
    ],
    [
      "debugging starts nothing, and says why",
      async ({ workbench, folder }) => {
        await workbench.clearToasts();
        await workbench.clickLens("Debug", "take", async () => (await workbench.toasts()).length > 0);
        await workbench.toast(/only checks the code in Restricted Mode.*Trust the workspace to build/);
        await workbench.clearToasts();
        await workbench.focusEditor("counters.go");
        await workbench.page.keyboard.press("F5");
        await refuseTrust(workbench, /Debugging executes/);
        assert.deepEqual(ran(folder), []);
      },
    ],
    [
      "nor does a test",
      async ({ workbench, folder }) => {
        const explorer = workbench.page.locator(".test-explorer");
        await workbench.run("Testing: Focus on Test Explorer View", explorer);
        await explorer.locator(".monaco-list-row", { hasText: "counters" }).first().waitFor();
        await workbench.run("Test: Run All Tests", workbench.page.locator(".monaco-dialog-box"));
        await refuseTrust(workbench, /Running tests may execute code/);
        assert.deepEqual(ran(folder), []);
        await workbench.showProblems(); // where the panel showed the tests
      },
    ],
    [
      "once trusted, the workspace's settings are used and it builds",
      async ({ workbench, folder }) => {
        await workbench.page.locator(".part.banner").getByText("Manage", { exact: true }).click();
        await workbench.page
          .locator(".workspace-trust-editor")
          .getByRole("button", { name: "Trust", exact: true })
          .click();
        await workbench.page.locator(".part.banner").waitFor({ state: "hidden" });
        await workbench.settled(BUILD);
        await workbench.openFile("hello/hello.go");
        await workbench.problem(/Hello.*not registered.*MG101/, 60);
        assert.deepEqual(ran(folder), [".venv-bin-python"]);
        await workbench.openFile("counters/counters.go");
        await workbench.run(BUILD);
        await workbench.toast(/^Built counters\.so/, 180);
        assert.deepEqual(ran(folder), [".venv-bin-python", "tools-cc", "tools-go"]);
      },
    ],
  ],
};
