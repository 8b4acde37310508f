// From an empty folder to a green test and a breakpoint, in ten pictures. `tests/workbench/film` copies their screenshots to
// docs/images/.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { withDelve } from "../debugger.mjs";
import { waitUntil } from "../wait-until.mjs";
import { RunsView } from "../webview.mjs";

const BUILD_S = 300;
const SOURCE = "limiter/limiter.go";

function empty(folder) {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  assert.deepEqual(readdirSync(folder), []);
}

function lineOf(folder, text) {
  const lines = readFileSync(path.join(folder, SOURCE), "utf8").split("\n");
  return lines.findIndex((line) => line.includes(text)) + 1;
}

export const film = {
  name: "film",
  session: {
    prepare: empty,
    environment: withDelve,
  },
  steps: [
    [
      "an empty folder and the palette",
      async ({ workbench }) => {
        await workbench.openFolder();
        await workbench.settled("Modgo: New UDF module");
        const status = workbench.quickInput().filter({ hasText: "Modgo status" });
        await workbench.run("Modgo: Show status", status);
        await workbench.page.keyboard.press("Escape");
        await workbench.openPalette("Modgo: ");
        await workbench.page.locator(".quick-input-list .monaco-list-row").nth(5).waitFor();
      },
    ],
    [
      "a new module",
      async ({ workbench }) => {
        const input = workbench.quickInput();
        await workbench.page.keyboard.press("Escape");
        await workbench.run("Modgo: New UDF module", input.filter({ hasText: "(1/3)" }));
        await workbench.answer("limiter");
        await input.filter({ hasText: "(2/3)" }).waitFor();
      },
    ],
    [
      "its UDF",
      async ({ workbench }) => {
        await workbench.answer("Record");
        await workbench.quickInput().filter({ hasText: "(3/3)" }).waitFor();
        await workbench.answer("examples/limiter");
        await workbench.tab("limiter.go").waitFor({ timeout: BUILD_S * 1000 });
        await waitUntil("its lenses", async () => (await workbench.lenses()).length > 0, 60);
      },
    ],
    [
      "a finding and its quick fix",
      async ({ workbench, folder }) => {
        await workbench.focusEditor("limiter.go");
        await workbench.deleteLine(lineOf(folder, 'udf.Register("add"'));
        await workbench.showProblems();
        await workbench.problem(/Add.*not registered.*MG101/);
        await workbench.goToProblem("Add takes");
        const titles = await workbench.quickFixes();
        assert.ok(
          titles.some((title) => /Register Add as "add"/.test(title)),
          titles.join(),
        );
      },
    ],
    [
      "a run asks for its arguments",
      async (session) => {
        const { workbench, outputLog, state } = session;
        await workbench.applyQuickFix('Register Add as "add"');
        await workbench.noProblem(/MG101/);
        await workbench.save();
        const isCalled = () => outputLog().includes('modgo.call {"uri"');
        await workbench.clickLens("Run on sample", "add", isCalled);
        state.view = new RunsView(workbench);
        await state.view.locator("#argument-0").waitFor({ timeout: BUILD_S * 1000 });
      },
    ],
    [
      "the record before and after",
      async ({ state }) => {
        await state.view.runWith('"hits"', "2");
        await state.view.shows("outcome", /42/, BUILD_S);
        await state.view.shows("outcome", /hits/);
      },
    ],
    [
      "its sample",
      async ({ workbench }) => {
        await workbench.openFile("limiter/testdata/udf/add.record.json");
        await waitUntil("its lens", async () => (await workbench.lenses()).length > 0, 30);
      },
    ],
    [
      "its cases",
      async ({ workbench }) => {
        await workbench.openFile("limiter/testdata/udf/limiter.case.yaml");
        await workbench.closePanel();
      },
    ],
    [
      "a green test",
      async ({ workbench }) => {
        const explorer = workbench.page.locator(".test-explorer");
        await workbench.run("Testing: Focus on Test Explorer View", explorer);
        await explorer.locator(".monaco-list-row", { hasText: "limiter" }).first().waitFor();
        await workbench.run("Test: Run All Tests");
        await waitUntil(
          "the tests passed",
          async () => (await explorer.locator(".codicon-testing-passed-icon").count()) > 0,
          BUILD_S,
        );
        await workbench.openFile(SOURCE);
      },
    ],
    [
      "a breakpoint",
      async ({ workbench, folder }) => {
        const { page } = workbench;
        await workbench.goTo(lineOf(folder, "rec.Set("));
        await page.keyboard.press("F9");
        await page
          .locator(".codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified")
          .first()
          .waitFor();
        await page.keyboard.press("F5");
        await workbench.quickInput().filter({ hasText: "JSON values, separated by commas" }).waitFor();
        await workbench.answer('"hits", 2');
        await page
          .locator(".debug-top-stack-frame-line")
          .first()
          .waitFor({ timeout: BUILD_S * 1000 });
        const scopes = page.locator(".debug-variables .monaco-list-row");
        await scopes
          .filter({ hasText: /^Record$/ })
          .first()
          .click();
        await scopes
          .filter({ hasText: /^hits\W*40/ })
          .first()
          .waitFor();
      },
    ],
  ],
};
