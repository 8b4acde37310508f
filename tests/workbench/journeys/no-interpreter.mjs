// Someone who has the extension but not modgo-lsp: told what is missing and what to do, commands included.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";

/** A Python as anyone has it: a fresh virtual environment without modgo-lsp. */
function bareEnvironment(folder) {
  execFileSync("python3", ["-m", "venv", "--without-pip", path.join(folder, ".venv")]);
}

const TOLD = /no Python was found that has modgo-lsp\. Run “pip install modgo-lsp”/;

export const noInterpreter = {
  name: "no interpreter",
  world: {
    settings: { "modgo.interpreter": "" },
    prepare: bareEnvironment,
    // The machine's own Python, which may have modgo-lsp, is not this person's.
    environment: () => ({ PATH: "/nowhere" }),
  },
  steps: [
    [
      "a Go file opens and a message names the remedy",
      async ({ workbench }) => {
        await workbench.open("counters/counters.go");
        const text = await workbench.toast(TOLD, 60);
        await workbench.settled("Modgo: Build UDF module");
        assert.deepEqual(await workbench.toastButtons(text), [
          "Open Settings",
          "How to Install",
          "Restart Server",
        ]);
      },
    ],
    [
      "the output says which Python was tried and why it won't do",
      async ({ workbench, outputLog, folder }) => {
        await workbench.run("Modgo: Show output", workbench.outputView());
        const tried = `Interpreter from workspace: ${folder}/.venv/bin/python (Python 3`;
        assert.ok(outputLog().includes(tried), outputLog());
        assert.match(outputLog(), /doesn't have modgo-lsp/);
        assert.doesNotMatch(outputLog(), /Interpreter from path/, "the world isn't closed");
      },
    ],
    [
      "a build command gives the same remedy, not a stack trace",
      async ({ workbench }) => {
        await workbench.clearToasts();
        await workbench.run("Modgo: Build UDF module");
        await workbench.toast(TOLD);
      },
    ],
    [
      "the message leads to the setting",
      async ({ workbench }) => {
        const text = await workbench.toast(TOLD);
        assert.deepEqual(await workbench.toastButtons(text), ["Show Output"]);
        await workbench.clearToasts();
        await workbench.run("Modgo: Restart server");
        await workbench.pressToastButton(await workbench.toast(TOLD), "Open Settings");
        await workbench.page
          .locator(".settings-editor .setting-item-label", { hasText: "Interpreter" })
          .waitFor();
      },
    ],
  ],
};
