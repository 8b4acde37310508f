// Code from somewhere, opened in Restricted Mode: it is checked, and nothing of it is run until it is trusted.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { INTERPRETER } from "../places.mjs";

/** A workspace that would like its own program to run as the interpreter, in both ways it could ask for it. */
function setTraps(folder) {
  const trap = path.join(folder, ".venv/bin/python");
  mkdirSync(path.dirname(trap), { recursive: true });
  writeFileSync(trap, `#!/bin/sh\ntouch "${path.join(folder, "RAN")}"\nexec "${INTERPRETER}" "$@"\n`);
  chmodSync(trap, 0o755);
  mkdirSync(path.join(folder, ".vscode"));
  writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify({ "modgo.interpreter": trap }));
  const hello = path.join(folder, "hello/hello.go");
  writeFileSync(
    hello,
    'package hello\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\nfunc Hello(rec *udf.Record) string { return "hi" }\n',
  );
}

const BUILD = "Modgo: Build UDF module";

export const restrictedMode = {
  name: "restricted mode",
  world: { trust: true, prepare: setTraps },
  steps: [
    [
      "the code is checked, by the user's own interpreter",
      async ({ workbench, folder, outputLog }) => {
        await workbench.open("hello/hello.go");
        await workbench.page
          .locator(".part.banner", { hasText: "Restricted Mode" })
          .waitFor({ timeout: 60_000 });
        await workbench.settled("Modgo: Restart server");
        await workbench.showProblems();
        await workbench.problem(/Hello.*not registered.*MG101/, 60);
        assert.ok(
          outputLog().includes(`Interpreter from setting: ${INTERPRETER} has modgo-lsp`),
          outputLog(),
        );
        assert.ok(!existsSync(path.join(folder, "RAN")), "a program of the workspace was run");
      },
    ],
    [
      "nothing that builds is on offer",
      async ({ workbench }) => {
        const titles = await workbench.paletteOffers("Modgo:");
        assert.deepEqual(titles.filter((title) => title.startsWith("Modgo: ")).sort(), [
          "Modgo: Restart server",
          "Modgo: Show output",
          "Modgo: Show status",
        ]);
      },
    ],
    [
      "a lens that builds refuses, and says why and what to do",
      async ({ workbench, folder }) => {
        await workbench.openFile("counters/counters.go");
        await workbench.clickLens("Build & load", 0, async () => (await workbench.toasts()).length > 0);
        const text = await workbench.toast(
          /only checks the code in Restricted Mode.*Trust the workspace to build/,
        );
        assert.deepEqual(await workbench.toastButtons(text), ["Manage Workspace Trust"]);
        assert.ok(!existsSync(path.join(folder, "counters/counters.so")));
      },
    ],
    [
      "trusted, the workspace has its say and builds",
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
        assert.ok(existsSync(path.join(folder, "RAN")), "the workspace's interpreter wasn't taken");
        await workbench.openFile("counters/counters.go");
        await workbench.run(BUILD);
        await workbench.toast(/^Built counters\.so/, 180);
      },
    ],
  ],
};
