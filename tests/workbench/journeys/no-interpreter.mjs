// The extension without modgo-lsp: messages say what is missing and what to do, those of commands too.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { logged } from "../wait-until.mjs";

/** Creates a virtual environment without modgo-lsp. */
function bareEnvironment(folder) {
  execFileSync("python3", ["-m", "venv", "--without-pip", path.join(folder, ".venv")]);
}

const NO_MODGO = /no Python was found that has modgo-lsp\. Run “pip install modgo-lsp”/;

export const noInterpreter = {
  name: "no interpreter",
  session: {
    settings: { "modgo.interpreter": "" },
    prepare: bareEnvironment,
    // Without the Python of the machine, which may have modgo-lsp.
    environment: () => ({ PATH: "/nowhere" }),
  },
  steps: [
    [
      "a message says what to do when a Go file opens",
      async ({ workbench }) => {
        await workbench.open("counters/counters.go");
        const text = await workbench.toast(NO_MODGO, 60);
        await workbench.settled("Modgo: Build UDF module");
        assert.deepEqual(await workbench.toastButtons(text), [
          "Choose an Interpreter",
          "How to Install",
          "Restart Server",
        ]);
      },
    ],
    [
      "the output lists the interpreters that were tried, and why each failed",
      async ({ workbench, outputLog, folder }) => {
        await workbench.run("Modgo: Show output", workbench.outputView());
        const tried = `Interpreter from workspace: ${folder}/.venv/bin/python`;
        await logged(
          outputLog,
          new RegExp(`${RegExp.escape(tried)} \\(Python 3.*\\) doesn't have modgo-lsp`),
        );
        assert.doesNotMatch(outputLog(), /Interpreter from path/, "an interpreter of the machine was tried");
      },
    ],
    [
      "a build command shows the same message, not a stack trace",
      async ({ workbench }) => {
        await workbench.clearToasts();
        await workbench.run("Modgo: Build UDF module");
        await workbench.toast(NO_MODGO);
      },
    ],
    ...[
      ["Run of the palette", (workbench) => workbench.run("Modgo: Run UDF on sample record")],
      ["F5", ({ page }) => page.keyboard.press("F5")],
    ].map(([what, start]) => [
      `${what} does too, and doesn't say that the file has no UDF`,
      async ({ workbench }) => {
        await workbench.clearToasts();
        await workbench.focusEditor("counters.go");
        await start(workbench);
        const text = await workbench.toast(NO_MODGO);
        assert.equal((await workbench.toastButtons(text))[0], "Choose an Interpreter");
        assert.equal((await workbench.toasts()).length, 1);
      },
    ]),
    [
      "a button of the message opens a page that says how to install it",
      async ({ workbench }) => {
        await workbench.pressToastButton(await workbench.toast(NO_MODGO), "How to Install");
        await workbench.tab("Preview").waitFor();
        await workbench.frameWithText(/Install[\s\S]*pip install modgo-lsp/);
      },
    ],
    [
      "the interpreters that were tried can be chosen",
      async ({ workbench, folder }) => {
        await workbench.run("Modgo: Choose the Python interpreter", workbench.quickInput());
        await workbench
          .quickInput()
          .filter({ hasText: `${folder}/.venv/bin/python` })
          .filter({ hasText: "Browse…" })
          .waitFor();
      },
    ],
  ],
};
