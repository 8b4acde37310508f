// The first hour: a window without a folder, a new module in an empty folder, the SDK in a fresh go.mod, a sample and its
// schema, the configuration, the page of a rule, menus, and the walkthrough.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { row, stateOf } from "../test-explorer.mjs";
import { waitUntil } from "../wait-until.mjs";
import { RunsView } from "../webview.mjs";

const BUILD_S = 180; // the first build on a machine compiles Go's standard library
const SDK = "github.com/GeertJohan/aerospike-mod-go/udf";
const SAMPLE = "limiter/testdata/udf/add.record.json";
const UNREGISTERED = "\nfunc More(rec *udf.Record) string { return rec.SetName() }\n";

function empty(folder) {
  for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true });
}

function lineOf(file, text) {
  return (
    readFileSync(file, "utf8")
      .split("\n")
      .findIndex((line) => line.includes(text)) + 1
  );
}

/** The labels of the open context menu. Its elements are in a shadow root, which Playwright pierces. */
async function menuLabels(page) {
  const items = page.locator(".monaco-menu .action-label");
  await items.first().waitFor();
  const labels = await items.allTextContents();
  await page.keyboard.press("Escape");
  return labels;
}

/** Makes a module of a record function in a folder of the examples, and waits until its file is open. */
async function makeModule(workbench, name) {
  const input = workbench.quickInput();
  await workbench.run("Modgo: New UDF module", input.filter({ hasText: "(1/3)" }));
  await workbench.answer(name);
  await input.filter({ hasText: "(2/3)" }).waitFor();
  await workbench.answer("Record");
  await input.filter({ hasText: "(3/3)" }).waitFor();
  await workbench.answer(`examples/${name}`);
  await workbench.tab(`${name}.go`).waitFor({ timeout: BUILD_S * 1000 });
}

export const firstHour = {
  name: "first hour",
  session: { prepare: empty },
  steps: [
    [
      "a window without a folder offers a new module",
      async ({ workbench }) => {
        await workbench.openNothing();
        await workbench.run("View: Show Explorer", workbench.page.locator(".explorer-viewlet"));
        const button = workbench.page.locator(".explorer-viewlet .monaco-button", {
          hasText: "New UDF Module",
        });
        await button.waitFor({ timeout: 30_000 });
      },
    ],
    [
      "New UDF module makes one in an empty folder and opens its UDF",
      async ({ workbench, folder }) => {
        await workbench.openFolder();
        await workbench.settled("Modgo: New UDF module");
        const input = workbench.quickInput();
        // Activates the extension, which takes longer than the list to make a module may.
        await workbench.run("Modgo: Show status", input.filter({ hasText: "Modgo status" }));
        await workbench.page.keyboard.press("Escape");
        await makeModule(workbench, "limiter");
        assert.ok(existsSync(path.join(folder, "limiter/go.sum")));
        await waitUntil(
          "the UDF has lenses",
          async () => (await workbench.lenses()).some((text) => text.includes("Registered as 'add'")),
          60,
        );
      },
    ],
    [
      "the red import of a go.mod without the SDK is fixed",
      async ({ workbench, folder }) => {
        const goMod = path.join(folder, "limiter/go.mod");
        writeFileSync(goMod, "module example.com/limiter\n\ngo 1.24\n");
        rmSync(path.join(folder, "limiter/go.sum"));
        await workbench.focusEditor("limiter.go");
        await workbench.goTo(lineOf(path.join(folder, "limiter/limiter.go"), SDK), 15);
        await waitUntil(
          "the fix is offered",
          async () => {
            const titles = await workbench.quickFixes(2).catch(() => []);
            if (titles.some((title) => title.includes("Add the SDK to go.mod"))) return true;
            await workbench.page.keyboard.press("Escape");
            return false;
          },
          30,
        );
        await workbench.applyQuickFix("Add the SDK to go.mod");
        await workbench.toast(/go\.mod requires the SDK v\d/, BUILD_S);
        assert.match(readFileSync(goMod, "utf8"), new RegExp(`${SDK} v1`));
        assert.match(readFileSync(path.join(folder, "limiter/go.sum"), "utf8"), /\/go\.mod h1:/);
      },
    ],
    [
      "a wrong key of a sample is underlined",
      async ({ workbench }) => {
        await workbench.clearToasts();
        await workbench.openFile(SAMPLE);
        await workbench.typeAt(2, 1, '  "binz": {},\n');
        await workbench.showProblems();
        await workbench.problem(/Property binz is not allowed/);
      },
    ],
    [
      "the lens of a sample runs the UDF on it",
      async ({ workbench, outputLog }) => {
        await workbench.deleteLine(2);
        await workbench.save();
        await workbench.noProblem(/binz/);
        await workbench.closePanel();
        await waitUntil(
          "the sample has a lens",
          async () => (await workbench.lenses()).includes("Run 'add' on this sample"),
          30,
          async () => JSON.stringify(await workbench.lenses()),
        );
        const view = new RunsView(workbench);
        const isCalled = () => outputLog().includes('modgo.call {"uri"');
        await workbench.clickLens("Run 'add' on this sample", undefined, isCalled);
        await view.locator("#argument-0").waitFor({ timeout: BUILD_S * 1000 });
        await view.runWith('"hits"', "2");
        await view.shows("outcome", /42/, BUILD_S);
        await view.shows("outcome", /hits/);
        await workbench.closePanel();
      },
    ],
    [
      "the first hit for Build UDF module is that command",
      async ({ workbench }) => {
        assert.equal((await workbench.paletteOffers("Build UDF module"))[0], "Modgo: Build UDF module");
        await workbench.openPalette("Modgo: ");
        await workbench.page.locator(".quick-input-list .monaco-list-row").nth(8).waitFor();
      },
    ],
    [
      "a change of modgo.toml counts within a second, and it has lenses",
      async ({ workbench, folder }) => {
        await workbench.page.keyboard.press("Escape");
        const file = path.join(folder, "limiter/limiter.go");
        writeFileSync(file, readFileSync(file, "utf8") + UNREGISTERED);
        await workbench.openFile("limiter/limiter.go");
        await workbench.showProblems();
        await workbench.problem(/More.*not registered.*MG101/);
        writeFileSync(path.join(folder, "limiter/modgo.toml"), 'ignore = ["MG101"]\n');
        await workbench.noProblem(/MG101/, 5);
        await workbench.openFile("limiter/modgo.toml");
        await waitUntil(
          "modgo.toml has lenses",
          async () => (await workbench.lenses()).join(" | ").includes("Show findings | Build"),
          10,
          async () => JSON.stringify(await workbench.lenses()),
        );
      },
    ],
    [
      "the settings of the editor override modgo.toml, and their defaults don't",
      async ({ workbench }) => {
        await workbench.changeSettings({ "modgo.lint.ignore": ["MG305"] });
        await workbench.problem(/More.*not registered.*MG101/);
        await workbench.changeSettings({ "modgo.lint.ignore": undefined });
        await workbench.noProblem(/MG101/);
      },
    ],
    [
      "Show rule shows its page, whose headings aren't symbols of the workspace",
      async ({ workbench }) => {
        await workbench.run("Modgo: Show rule", workbench.quickInput().filter({ hasText: "Show rule" }));
        await workbench.answer("MG101");
        await workbench.tab("MG101 unregistered-udf").waitFor();
        await waitUntil(
          "the page is shown",
          async () => {
            const titles = workbench.page.frames().map((frame) =>
              frame
                .locator("h1", { hasText: "MG101" })
                .count()
                .catch(() => 0),
            );
            return (await Promise.all(titles)).some((count) => count > 0);
          },
          30,
        );
        await workbench.page.keyboard.press("Control+t");
        await workbench.page.locator('.quick-input-widget input[type="text"]').fill("#add");
        const rows = workbench.page.locator(".quick-input-list .monaco-list-row .label-name");
        await rows.filter({ hasText: "add" }).first().waitFor();
        const names = await rows.allTextContents();
        assert.ok(!names.some((name) => /MG101|Why|Fix/.test(name)), names.join());
        await workbench.page.keyboard.press("Escape");
      },
    ],
    [
      "the menus of the editor and the Explorer have the commands",
      async ({ workbench }) => {
        await workbench.focusEditor("limiter.go");
        await waitUntil(
          "the editor's menu has them",
          async () => {
            await workbench.page.locator(".editor-instance .view-line").nth(3).click({ button: "right" });
            const labels = await menuLabels(workbench.page);
            return ["Run UDF on sample record", "Build UDF module and load it", "Create record sample"].every(
              (label) => labels.includes(label),
            );
          },
          20,
        );
        await workbench.run("View: Show Explorer", workbench.page.locator(".explorer-folders-view"));
        const row = workbench.page.locator(".explorer-folders-view .monaco-list-row", {
          hasText: "limiter.go",
        });
        await row.first().click({ button: "right" });
        const labels = await menuLabels(workbench.page);
        assert.ok(labels.includes("Run UDF on sample record"), labels.join());
      },
    ],
    [
      "the walkthrough leads from setting up to a test",
      async ({ workbench }) => {
        await workbench.run("Welcome: Open Walkthrough...", workbench.quickInput());
        await workbench.answer("From an idea to a changed record");
        const steps = workbench.page.locator(".gettingStartedContainer .getting-started-step");
        await waitUntil("five steps", async () => (await steps.count()) === 5, 20);
        await steps.nth(1).click();
        for (const done of [0, 1])
          await steps.nth(done).locator('[role="checkbox"][aria-checked="true"]').waitFor();
        await steps.nth(4).locator('[role="checkbox"][aria-checked="false"]').waitFor();
      },
    ],
    [
      "the walkthrough in a dark theme",
      async ({ workbench }) => {
        await workbench.useTheme("Dark Modern");
        await workbench.page.locator(".gettingStartedContainer .getting-started-step").nth(3).click();
      },
    ],
    [
      "the walkthrough in high contrast",
      async ({ workbench }) => {
        await workbench.useTheme("High Contrast");
        await workbench.page.locator(".gettingStartedContainer .getting-started-step").nth(2).click();
      },
    ],
    [
      "Test UDF module knows the cases of a second new module",
      async ({ workbench }) => {
        await makeModule(workbench, "second");
        await workbench.run("Modgo: Test UDF module");
        await workbench.run("Testing: Focus on Test Explorer View", workbench.page.locator(".test-explorer"));
        await stateOf(workbench, /^second/, "passed", BUILD_S);
      },
    ],
    [
      "Refresh Tests removes the cases of a folder that was deleted",
      async ({ workbench, folder }) => {
        rmSync(path.join(folder, "second"), { recursive: true });
        await workbench.run("Test: Refresh Tests");
        await row(workbench, /^second/).waitFor({ state: "detached" });
        await row(workbench, /^limiter/).waitFor();
      },
    ],
  ],
};
