// A workspace whose files are not on disk: VS Code leaves the extension out, and nothing fails.
import assert from "node:assert/strict";
import path from "node:path";
import { testExtension } from "../paths.mjs";
import { waitUntil } from "../wait-until.mjs";

const COUNTERS = "virtual:/counters/counters.go";

export const virtualWorkspace = {
  name: "a virtual workspace",
  session: {
    extensions: [testExtension("virtual-files")],
    environment: (home) => ({ VIRTUAL_FILES: path.join(home, "examples") }),
  },
  steps: [
    [
      "a Go file opens without Modgo, and without a message",
      async ({ workbench, outputLog }) => {
        await workbench.openUri("virtual:/", COUNTERS);
        await waitUntil(
          "the text is shown",
          async () => (await workbench.visibleText()).includes("package"),
          30,
        );
        await workbench.settled("Developer: Reload Window");
        const titles = await workbench.paletteOffers("Modgo");
        assert.ok(!titles.some((title) => title.startsWith("Modgo:")), titles.join("\n"));
        assert.equal(outputLog(), "");
        assert.deepEqual(await workbench.toasts(), []);
      },
    ],
    [
      "the list of extensions says why",
      async ({ workbench }) => {
        const { page } = workbench;
        await workbench.run("Extensions: Show Installed Extensions", page.locator(".extensions-viewlet"));
        const row = page.locator(".extension-list-item", { hasText: "Modgo: Go UDFs" });
        await row.first().click();
        await page
          .locator(".extension-editor", { hasText: "The language server needs the files on disk." })
          .first()
          .waitFor();
      },
    ],
  ],
};
